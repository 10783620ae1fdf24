import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

/// A producer's message, checked against its type and written anew in one canonical form.
struct DecodedMessage {
    /// Canonical protobuf bytes, unknown fields left out.
    var bytes: [UInt8]
    /// What the journal keeps in their place, where intake resolved something that the producer left open.
    var resolved: [UInt8]?
    /// The e-mail address by which the data subject is known, where there is one.
    var email = ""
    /// The telephone number by which the data subject may be known, where there is one.
    var telephone: StatedTelephone?
    /// The e-mail address of a partner's contact, where there is one.
    var partnerContact = ""
    /// The account's domain, where the message names one.
    var accountDomain: String?
    /// A lead's domain as it is corrected: it is kept with the lead, whose account stays the one it came with.
    var correctedDomain: String?
    /// Time zone that working hours refer to.
    var timeZone: String?
}

extension MessageKind {
    /// Reads `data` as this kind of message, from JSON or protobuf.
    func decode(_ data: [UInt8], _ encoding: CloudEvent.Encoding) throws(Rejection) -> DecodedMessage {
        switch self {
        case .leadSubmitted:
            return try read(WireLeadSubmitted.self, data, encoding) { (lead, decoded) throws(Rejection) in
                try OwnAttributeRules.check(lead)
                decoded.email = lead.contact.email
                decoded.telephone = StatedTelephone(lead.contact, country: lead.country)
                decoded.accountDomain = lead.accountDomain
            } resolving: {
                let isRespelled = CountrySpelling.resolve(&$0.country)
                return OwnAttributeRules.gather(&$0) || isRespelled
            }
        case .leadUpdated:
            return try read(WireLeadUpdated.self, data, encoding) { (lead, decoded) throws(Rejection) in
                try OwnAttributeRules.check(lead)
                decoded.email = lead.contact.email
                // What an update leaves out stays as it was, which is not known here.
                let telephone = StatedTelephone(lead.contact, country: lead.country)
                decoded.telephone = telephone.flatMap { $0.name.isEmpty ? nil : $0 }
                decoded.correctedDomain = lead.accountDomain
            } resolving: {
                let isRespelled = CountrySpelling.resolve(&$0.country)
                return OwnAttributeRules.gather(&$0) || isRespelled
            }
        case .leadWithdrawn: return try read(WireLeadWithdrawn.self, data, encoding)
        case .intentObserved:
            return try read(WireIntentObserved.self, data, encoding) { $1.accountDomain = $0.accountDomain }
        case .firmographicsObserved:
            return try read(WireFirmographicsObserved.self, data, encoding) {
                $1.accountDomain = $0.accountDomain
            } resolving: { CountrySpelling.resolve(&$0.country) }
        case .technographicsObserved:
            return try read(WireTechnographicsObserved.self, data, encoding) { $1.accountDomain = $0.accountDomain }
        case .leadAccepted: return try read(WireLeadAccepted.self, data, encoding)
        case .leadDeclined: return try read(WireLeadDeclined.self, data, encoding)
        case .leadReturned: return try read(WireLeadReturned.self, data, encoding)
        case .firstResponseRecorded: return try read(WireFirstResponseRecorded.self, data, encoding)
        case .dealStageChanged: return try read(WireDealStageChanged.self, data, encoding)
        case .dealWon: return try read(WireDealWon.self, data, encoding)
        case .dealLost: return try read(WireDealLost.self, data, encoding)
        case .dealClaimed: return try claim(data, encoding)
        case .claimWithdrawn: return try read(WireClaimWithdrawn.self, data, encoding)
        case .claimDecided: return try read(WireClaimDecided.self, data, encoding)
        case .offerAnswered: return try read(WireOfferAnswered.self, data, encoding)
        case .returnDecided: return try read(WireReturnDecided.self, data, encoding)
        case .partnerUpserted:
            return try read(WirePartnerUpserted.self, data, encoding) {
                $1.timeZone = $0.timeZone.isEmpty ? nil : $0.timeZone
                $1.partnerContact = $0.contactEmail
            } resolving: { Self.resolveCountries(&$0) }
        case .partnerCapacitySet:
            return try read(
                WirePartnerCapacitySet.self, data, encoding, resolving: { CountrySpelling.resolve(&$0.capacity) })
        case .partnerPaused: return try read(WirePartnerPaused.self, data, encoding)
        case .partnerResumed: return try read(WirePartnerResumed.self, data, encoding)
        case .partnerRemoved: return try read(WirePartnerRemoved.self, data, encoding)
        case .partnerAbsenceSet: return try read(WirePartnerAbsenceSet.self, data, encoding)
        case .partnerAbsenceCancelled: return try read(WirePartnerAbsenceCancelled.self, data, encoding)
        case .partnerCommissionTermsSet: return try read(WirePartnerCommissionTermsSet.self, data, encoding)
        case .commissionShared: return try read(WireCommissionShared.self, data, encoding)
        case .partnersMerged: return try read(WirePartnersMerged.self, data, encoding)
        case .ratesPublished: return try read(WireRatesPublished.self, data, encoding)
        case .programRegistered: return try registration(data, encoding)
        case .logicVersionAdopted: return try read(WireLogicVersionAdopted.self, data, encoding)
        case .policyPublished: return try policy(data, encoding)
        case .reviewRequested: return try read(WireReviewRequested.self, data, encoding)
        case .humanDecisionRecorded: return try read(WireHumanDecisionRecorded.self, data, encoding)
        case .processingRestricted: return try read(WireProcessingRestricted.self, data, encoding)
        case .processingObjected: return try read(WireProcessingObjected.self, data, encoding)
        case .erasureRequested: return try read(WireErasureRequested.self, data, encoding)
        case .processingResumed: return try read(WireProcessingResumed.self, data, encoding)
        case .personsLinked: return try read(WirePersonsLinked.self, data, encoding)
        case .personsUnlinked: return try read(WirePersonsUnlinked.self, data, encoding)
        case .leadsUnlinked: return try read(WireLeadsUnlinked.self, data, encoding)
        case .leadsLinked: return try read(WireLeadsLinked.self, data, encoding)
        case .suppressionSet: return try read(WireSuppressionSet.self, data, encoding)
        case .suppressionLifted: return try read(WireSuppressionLifted.self, data, encoding)
        case .rejectedRecordsErased: return try read(WireRejectedRecordsErased.self, data, encoding)
        case .segmentArchived: return try read(WireSegmentArchived.self, data, encoding)
        case .programProfileSet: return try profile(data, encoding)
        }
    }

    private static func resolveCountries(_ profile: inout WirePartnerUpserted) -> Bool {
        let isServed = CountrySpelling.resolve(&profile.countries)
        return profile.hasCapacity && CountrySpelling.resolve(&profile.capacity) || isServed
    }

    /// A program that names no logic version starts with this instance's newest. The journal leaves the oldest out.
    private func registration(_ data: [UInt8], _ encoding: CloudEvent.Encoding) throws(Rejection) -> DecodedMessage {
        var message = try parse(WireProgramRegistered.self, data, encoding)
        var decoded = DecodedMessage(bytes: try write(message))
        let version = message.logicVersion == 0 ? Logic.newest : message.logicVersion
        let journaled = version == Logic.oldest ? 0 : version
        if message.logicVersion != journaled {
            message.logicVersion = journaled
            decoded.resolved = try write(message)
        }
        return decoded
    }

    /// A policy's version is its content hash; a producer may state it as a check.
    private func policy(_ data: [UInt8], _ encoding: CloudEvent.Encoding) throws(Rejection) -> DecodedMessage {
        var message = try parse(WirePolicyPublished.self, data, encoding)
        guard message.hasPolicy else { throw Rejection(.missingField, "policy is required", field: "policy") }
        let sent = try Self.version(message.policy)
        var read = message
        let isResolved = CountrySpelling.resolve(&read.policy)
        let version = isResolved ? try Self.version(read.policy) : sent
        if !message.version.isEmpty && message.version != version && message.version != sent {
            throw Rejection(
                .invalidField, "version is not the content hash of the policy; leave it out or send \(version)",
                field: "version")
        }
        message.version = sent
        var decoded = DecodedMessage(bytes: try write(message))
        if isResolved {
            read.version = version
            decoded.resolved = try write(read)
        }
        return decoded
    }

    private static func version(_ policy: WirePolicy) throws(Rejection) -> String {
        do { return try PolicyVersion.of(policy) } catch { throw unwritable }
    }

    /// A claim is about a lead or an account; either has to be named.
    private func claim(_ data: [UInt8], _ encoding: CloudEvent.Encoding) throws(Rejection) -> DecodedMessage {
        let message = try parse(WireDealClaimed.self, data, encoding)
        if message.leadID.isEmpty && message.accountDomain.isEmpty {
            throw Rejection(.missingField, "lead_id or account_domain is required", field: "account_domain")
        }
        var decoded = DecodedMessage(bytes: try write(message))
        if !message.accountDomain.isEmpty { decoded.accountDomain = message.accountDomain }
        return decoded
    }

    private func profile(_ data: [UInt8], _ encoding: CloudEvent.Encoding) throws(Rejection) -> DecodedMessage {
        var message = try parse(WireProgramProfileSet.self, data, encoding)
        var decoded = DecodedMessage(bytes: try write(message))
        var isResolved = false
        for index in message.transfers.indices {
            isResolved = CountrySpelling.resolve(&message.transfers[index].country) || isResolved
        }
        try ProfileRules.check(message)
        if isResolved { decoded.resolved = try write(message) }
        return decoded
    }

    private func read<M: SwiftProtobuf.Message>(
        _ type: M.Type, _ data: [UInt8], _ encoding: CloudEvent.Encoding,
        _ extract: (M, inout DecodedMessage) throws(Rejection) -> Void = { _, _ in }, resolving resolve: (inout M) -> Bool = { _ in false }
    ) throws(Rejection) -> DecodedMessage {
        var message = try parse(type, data, encoding)
        var decoded = DecodedMessage(bytes: try write(message))
        try extract(message, &decoded)
        if resolve(&message) { decoded.resolved = try write(message) }
        return decoded
    }

    private func parse<M: SwiftProtobuf.Message>(
        _: M.Type, _ data: [UInt8], _ encoding: CloudEvent.Encoding
    ) throws(Rejection) -> M {
        switch encoding {
        case .json:
            _ = try scanned(data)
            return try parseJSON(data)
        case .protobuf:
            var options = BinaryDecodingOptions()
            options.messageDepthLimit = JSONScan.depthMax
            options.discardUnknownFields = true
            do { return try M(serializedBytes: data, options: options) } catch { throw Self.binaryRejection(error) }
        }
    }

    /// Unknown members are passed over, as proto3 asks of readers; unknown enum values are not, though the decoder
    /// knows only both or neither. So the few messages with unknown members are looked over before.
    private func parseJSON<M: SwiftProtobuf.Message>(_ data: [UInt8]) throws(Rejection) -> M {
        var options = JSONDecodingOptions()
        options.messageDepthLimit = JSONScan.depthMax
        do { return try M(jsonUTF8Bytes: data, options: options) } catch {
            guard case .unknownField? = error as? JSONDecodingError else { throw Self.rejection(M.self, data, options) }
        }
        try EnumValues.check(data, of: fullName)
        options.ignoreUnknownFields = true
        do { return try M(jsonUTF8Bytes: data, options: options) } catch { throw Self.rejection(M.self, data, options) }
    }

    private func write(_ message: some SwiftProtobuf.Message) throws(Rejection) -> [UInt8] {
        do { return try message.serializedBytes() } catch { throw Self.unwritable }
    }

    private static var unwritable: Rejection {
        Rejection(.malformed, "the message cannot be written in canonical form")
    }

    /// What the JSON decoder found, and where, without the text it found it in.
    private static func rejection<M: SwiftProtobuf.Message>(
        _: M.Type, _ data: [UInt8], _ options: JSONDecodingOptions
    ) -> Rejection {
        if let culprit = JSONCulprit.found(M.self, data, options) { return culprit.rejection }
        return Rejection(.invalidField, "two fields of the data exclude each other, or one stands there twice")
    }

    private static func binaryRejection(_ error: any Error) -> Rejection {
        switch error as? BinaryDecodingError {
        case .truncated?: Rejection(.malformed, "the protobuf data is cut off")
        case .invalidUTF8?: Rejection(.invalidText, "a text field is not valid UTF-8")
        case .messageDepthLimit?: Rejection(.tooDeep, "the protobuf data nests deeper than \(JSONScan.depthMax) levels")
        default: Rejection(.malformed, "the data is not protobuf of this message type")
        }
    }
}
