// What a decision was made from.

import LeadlineCore

/// Message `Evaluation`.
extension EvaluationSummary: WireMessage {
    /// Gathers the fields in locals, which stay in registers; filling a large value in place costs a copy.
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var policyVersion = ""
        var modelVersion = Digest128.zero
        var dealValueMinorUnits: Int64 = 0
        var fitExponent = 0.0
        var best: [Candidate] = []
        var runnerUpPartnerID = ""
        var scored: UInt32 = 0
        var exclusions: [Exclusion] = []
        var digest = Digest128.zero
        var basis = SelectionBasis.none
        var tiedPartnerIDs: [String] = []
        var method = RoutingMethod.bidPrice
        var arm = ""
        var propensity = 0.0
        var atCap: [Candidate] = []
        var claimID = ""
        var rate: RateUsed?
        while let field = try reader.next() {
            switch field {
            case 1: policyVersion = try reader.string("policy_version")
            case 2: modelVersion = try reader.digest("model_version") ?? .zero
            case 3: dealValueMinorUnits = try reader.int64("deal_value_minor_units")
            case 4: fitExponent = try reader.double("fit_exponent")
            case 5:
                // Evaluations name eight at most; growing an array four times costs more than reading it.
                if best.isEmpty { best.reserveCapacity(8) }
                best.append(try reader.message("best"))
            case 6: runnerUpPartnerID = try reader.string("runner_up_partner_id")
            case 7: scored = try reader.uint32("scored")
            case 8: exclusions.append(try reader.message("exclusions"))
            case 9: digest = try reader.digest("digest") ?? .zero
            case 10: basis = try reader.choice("basis")
            case 11: tiedPartnerIDs.append(try reader.string("tied_partner_ids"))
            case 12: method = try reader.choice("method")
            case 13: arm = try reader.string("arm")
            case 14: propensity = try reader.double("propensity")
            case 15: atCap.append(try reader.message("at_cap"))
            case 16: claimID = try reader.string("claim_id")
            case 20: rate = try reader.message("rate")
            default: try reader.skip()
            }
        }
        var value = Self()
        value.policyVersion = policyVersion
        value.modelVersion = modelVersion
        value.dealValueMinorUnits = dealValueMinorUnits
        value.fitExponent = fitExponent
        value.best = best
        value.runnerUpPartnerID = runnerUpPartnerID
        value.scored = scored
        value.exclusions = exclusions
        value.digest = digest
        value.basis = basis
        value.tiedPartnerIDs = tiedPartnerIDs
        value.method = method
        value.arm = arm
        value.propensity = propensity
        value.atCap = atCap
        value.claimID = claimID
        value.rate = rate
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, policyVersion)
        writer.digest(2, modelVersion)
        writer.int(3, dealValueMinorUnits)
        writer.double(4, fitExponent)
        writer.messages(5, best)
        writer.string(6, runnerUpPartnerID)
        writer.uint(7, scored)
        writer.messages(8, exclusions)
        writer.digest(9, digest)
        writer.choice(10, basis)
        writer.strings(11, tiedPartnerIDs)
        if method != .bidPrice { writer.choice(12, method) }
        writer.string(13, arm)
        writer.double(14, propensity)
        writer.messages(15, atCap)
        writer.string(16, claimID)
        writer.message(20, rate)
    }
}
