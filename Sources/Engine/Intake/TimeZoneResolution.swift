import Foundation
import LeadlineCore
import LeadlineSchemas

/// Makes a time zone's rules explicit, so that no later tz database changes an old decision.
struct TimeZoneResolution {
    /// Offsets are resolved this long before and after the input; a profile sent later resolves anew.
    static let yearsBefore: Int64 = 1
    static let yearsAfter: Int64 = 6

    private var known: [String: (year: Int64, rules: TimeZoneRules)] = [:]
    /// How often rules were made that were not known.
    private(set) var resolved = 0

    /// The rules of the zones that the steps of a policy's ladder name, each once, in their order.
    mutating func ofSteps(_ fact: Fact, at stamp: Timestamp) throws(Rejection) -> [NamedTimeZone] {
        guard case .policyPublished(let published) = fact else { return [] }
        var found: [NamedTimeZone] = []
        for step in published.policy.escalationLadder
        where !step.timeZone.isEmpty && !found.contains(where: { $0.name == step.timeZone }) {
            let rules = try self.rules(step.timeZone, at: stamp, field: "policy.escalation_ladder.time_zone")
            found.append(NamedTimeZone(name: step.timeZone, rules: rules))
        }
        return found
    }

    mutating func rules(
        _ name: String, at stamp: Timestamp, field: String = "time_zone"
    ) throws(Rejection) -> TimeZoneRules {
        // Resolved per calendar year, so that the same profile gives the same rules all year.
        let year = stamp.micros.floorDivided(by: Self.yearMicros)
        if let cached = known[name], cached.year == year { return cached.rules }
        guard FieldRules.isZoneName(name), let zone = TimeZone(identifier: name) else {
            throw Rejection(
                .invalidField, "\(field) is not in the tz database; use a name such as Europe/Rome", field: field)
        }
        let start = Date(timeIntervalSince1970: Double((year - Self.yearsBefore) * Self.yearMicros / 1_000_000))
        let end = Date(timeIntervalSince1970: Double((year + Self.yearsAfter) * Self.yearMicros / 1_000_000))
        var offsets = [TimeZoneRules.Offset(from: .epoch, seconds: Int32(zone.secondsFromGMT(for: start)))]
        var at = start
        while let next = zone.nextDaylightSavingTimeTransition(after: at), next < end, offsets.count < 64 {
            let moment = Timestamp(micros: Int64(next.timeIntervalSince1970) * 1_000_000)
            offsets.append(.init(from: moment, seconds: Int32(zone.secondsFromGMT(for: next))))
            at = next
        }
        let rules = TimeZoneRules(tzVersion: TimeZone.timeZoneDataVersion, offsets: offsets)
        known[name] = (year, rules)
        resolved += 1
        return rules
    }

    private static let yearMicros: Int64 = 365 * Timestamp.microsPerDay
}

extension FieldRules {
    static func isZoneName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy {
                ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || "/_+-".utf8.contains($0)
            }
    }
}
