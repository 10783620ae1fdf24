public import LeadlineCore

/// Facts to and from the bytes of their own messages, e.g. the clear part of `LeadSubmitted`.
///
/// Intake reads what producers send and recovery reads the journal by this one way, so a fact means the
/// same on both.
public enum FactCodec {
    /// True if `Input.body` has a message of this number.
    public static func isBody(_ field: Int) -> Bool {
        switch field {
        case 20...27, 30...37, 40...42, 50...55, 60...62, 70...72: true
        default: false
        }
    }

    /// The fact's field number in `Input.body`.
    public static func bodyField(of fact: Fact) -> Int {
        switch fact {
        case .programRegistered: 20
        case .policyPublished: 21
        case .reviewRequested: 22
        case .humanDecisionRecorded: 23
        case .processingRestricted: 24
        case .processingObjected: 25
        case .erasureRequested: 26
        case .segmentArchived: 27
        case .partnerUpserted: 30
        case .partnerCapacitySet: 31
        case .partnerPaused: 32
        case .partnerResumed: 33
        case .partnerRemoved: 34
        case .partnerAbsenceSet: 35
        case .partnerAbsenceCancelled: 36
        case .partnerCommissionTermsSet: 37
        case .intentObserved: 40
        case .firmographicsObserved: 41
        case .technographicsObserved: 42
        case .leadAccepted: 50
        case .leadDeclined: 51
        case .firstResponseRecorded: 52
        case .dealStageChanged: 53
        case .dealWon: 54
        case .dealLost: 55
        case .leadSubmitted: 60
        case .leadUpdated: 61
        case .leadWithdrawn: 62
        case .timeAdvanced: 70
        case .duplicateReceived: 71
        case .logicVersionAdopted: 72
        }
    }

    /// The fact's own message and its field number in `Input.body`.
    ///
    /// Where the domain cannot tell absent from default (a policy's zero counts, say), the field is left
    /// out, and reading gives what Policy.swift calls the default.
    public static func encode(_ fact: Fact) -> (bodyField: Int, bytes: [UInt8]) {
        var writer = WireWriter()
        write(fact, to: &writer)
        return (bodyField(of: fact), writer.bytes)
    }

    /// The fact whose own message has these bytes.
    ///
    /// Only types are checked: enum numbers, presence of what the domain cannot do without, predicates'
    /// size, timestamps' range. Whether ids and amounts make sense is intake's to say. Errors name the
    /// field by its path in the message. A `bodyField` that is not in `Input.body` is `unknownBody`.
    public static func decode(bodyField: Int, _ bytes: UnsafeRawBufferPointer) throws(WireError) -> Fact {
        var reader = unsafe WireReader(bytes)
        return try read(bodyField, from: &reader)
    }

    /// The fact whose own message has these bytes.
    public static func decode(bodyField: Int, _ bytes: [UInt8]) throws(WireError) -> Fact {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in
            try unsafe decode(bodyField: bodyField, raw)
        }
    }

    /// Appends the fact's own message.
    static func write(_ fact: Fact, to writer: inout WireWriter) {
        switch fact {
        case .programRegistered(let fact): fact.write(to: &writer)
        case .policyPublished(let fact): fact.write(to: &writer)
        case .reviewRequested(let fact): fact.write(to: &writer)
        case .humanDecisionRecorded(let fact): fact.write(to: &writer)
        case .processingRestricted(let fact), .processingObjected(let fact), .erasureRequested(let fact),
            .leadWithdrawn(let fact):
            fact.write(to: &writer)
        case .segmentArchived(let fact): fact.write(to: &writer)
        case .partnerUpserted(let fact): fact.write(to: &writer)
        case .partnerCapacitySet(let fact): fact.write(to: &writer)
        case .partnerPaused(let fact), .partnerResumed(let fact), .partnerRemoved(let fact):
            fact.write(to: &writer)
        case .partnerAbsenceSet(let fact): fact.write(to: &writer)
        case .partnerAbsenceCancelled(let fact): fact.write(to: &writer)
        case .partnerCommissionTermsSet(let fact): fact.write(to: &writer)
        case .intentObserved(let fact): fact.write(to: &writer)
        case .firmographicsObserved(let fact): fact.write(to: &writer)
        case .technographicsObserved(let fact): fact.write(to: &writer)
        case .leadAccepted(let fact): fact.write(to: &writer)
        case .leadDeclined(let fact), .dealLost(let fact): fact.write(to: &writer)
        case .firstResponseRecorded(let fact): fact.write(to: &writer)
        case .dealStageChanged(let fact): fact.write(to: &writer)
        case .dealWon(let fact): fact.write(to: &writer)
        case .leadSubmitted(let fact): fact.write(to: &writer)
        case .leadUpdated(let fact): fact.write(to: &writer)
        case .timeAdvanced(let through): writer.int(1, through.micros)
        case .duplicateReceived: break
        case .logicVersionAdopted(let version): writer.uint(1, version)
        }
    }

    /// Reads the fact's own message.
    static func read(_ bodyField: Int, from reader: inout WireReader) throws(WireError) -> Fact {
        switch bodyField {
        case 20: .programRegistered(try ProgramRegistered.read(from: &reader))
        case 21: .policyPublished(try PolicyPublished.read(from: &reader))
        case 22: .reviewRequested(try ReviewRequested.read(from: &reader))
        case 23: .humanDecisionRecorded(try HumanDecisionRecorded.read(from: &reader))
        case 24: .processingRestricted(try LeadReference.read(from: &reader))
        case 25: .processingObjected(try LeadReference.read(from: &reader))
        case 26: .erasureRequested(try LeadReference.read(from: &reader))
        case 27: .segmentArchived(try SegmentArchived.read(from: &reader))
        case 30: .partnerUpserted(try PartnerProfile.read(from: &reader))
        case 31: .partnerCapacitySet(try PartnerCapacitySet.read(from: &reader))
        case 32: .partnerPaused(try PartnerReference.read(from: &reader))
        case 33: .partnerResumed(try PartnerReference.read(from: &reader))
        case 34: .partnerRemoved(try PartnerReference.read(from: &reader))
        case 35: .partnerAbsenceSet(try PartnerAbsenceSet.read(from: &reader))
        case 36: .partnerAbsenceCancelled(try PartnerAbsenceCancelled.read(from: &reader))
        case 37: .partnerCommissionTermsSet(try PartnerCommissionTermsSet.read(from: &reader))
        case 40: .intentObserved(try IntentObserved.read(from: &reader))
        case 41: .firmographicsObserved(try FirmographicsObserved.read(from: &reader))
        case 42: .technographicsObserved(try TechnographicsObserved.read(from: &reader))
        case 50: .leadAccepted(try PartnerStatement.read(from: &reader))
        case 51: .leadDeclined(try PartnerRefusal.read(from: &reader))
        case 52: .firstResponseRecorded(try FirstResponseRecorded.read(from: &reader))
        case 53: .dealStageChanged(try DealStageChanged.read(from: &reader))
        case 54: .dealWon(try DealWon.read(from: &reader))
        case 55: .dealLost(try PartnerRefusal.read(from: &reader))
        case 60: .leadSubmitted(try LeadSubmitted.read(from: &reader))
        case 61: .leadUpdated(try LeadUpdated.read(from: &reader))
        case 62: .leadWithdrawn(try LeadReference.read(from: &reader))
        case 70: try timeAdvanced(&reader)
        case 71: try duplicateReceived(&reader)
        case 72: try logicVersionAdopted(&reader)
        default: throw WireError(.unknownBody)
        }
    }

    private static func timeAdvanced(_ reader: inout WireReader) throws(WireError) -> Fact {
        var micros: Int64 = 0
        while let field = try reader.next() {
            switch field {
            case 1: micros = try reader.int64("through_micros")
            default: try reader.skip()
            }
        }
        return .timeAdvanced(through: Timestamp(micros: micros))
    }

    private static func duplicateReceived(_ reader: inout WireReader) throws(WireError) -> Fact {
        while try reader.next() != nil { try reader.skip() }
        return .duplicateReceived
    }

    private static func logicVersionAdopted(_ reader: inout WireReader) throws(WireError) -> Fact {
        var version: UInt32 = 0
        while let field = try reader.next() {
            switch field {
            case 1: version = try reader.uint32("logic_version")
            default: try reader.skip()
            }
        }
        return .logicVersionAdopted(version)
    }
}
