public import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf

extension Deployment {
    /// The exchange rates in force, the policy's among them, and those that are to come.
    public func exchangeRates() throws(Problem) -> [RateStanding] { try registeredState().rateStandings }

    /// Publishes exchange rates, waits until that is journaled, and says what came of it.
    /// - Parameters:
    ///   - from: when they begin to hold.
    ///   - role: who publishes them, by the id of a role; may be empty.
    public func publish(_ rates: [ExchangeRate], from: Timestamp, by role: String) async throws(Problem)
        -> (position: UInt64, events: [Event])
    {
        let stated = rates.map { rate in
            JSONText.object([
                ("currency", JSONText.quoted(rate.currency)), ("rateMicros", JSONText.quoted("\(rate.rateMicros)")),
            ])
        }
        let json = JSONText.object([
            ("validFrom", JSONText.quoted(TimeText.utc(from))), ("rates", "[\(stated.joined(separator: ","))]"),
            ("publishedBy", role.isEmpty ? nil : JSONText.quoted(role)),
        ])
        return try await Problem.told { try await submit(event(.ratesPublished, json)) }
    }

    /// Says which partners share the commission of a lead's deal; what they leave over is the winner's.
    public func share(commissionOf lead: String, among shares: [CommissionShare]) async throws(Problem)
        -> (position: UInt64, events: [Event])
    {
        try await Problem.told {
            try await submit(event(.commissionShared, try WireCommissionShared.with {
                $0.leadID = lead
                $0.shares = shares.map { share in
                    .with { ($0.partnerID, $0.basisPoints) = (share.partnerID, share.basisPoints) }
                }
            }.jsonString()))
        }
    }
}
