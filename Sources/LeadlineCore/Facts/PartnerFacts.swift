// What the vendor says about its partners.

/// How many leads with one value a partner takes.
public struct SegmentCap: Sendable, Equatable {
    public var leadField: LeadField
    public var value: String
    /// Most such leads in one period of the policy.
    public var leadsPerPeriodMax: UInt32
    public init(leadField: LeadField, value: String, leadsPerPeriodMax: UInt32) {
        self.leadField = leadField
        self.value = value
        self.leadsPerPeriodMax = leadsPerPeriodMax
    }
}

/// How many leads a partner takes.
public struct Capacity: Sendable, Equatable {
    /// Most leads held open at once; nil is no such cap.
    public var openLeadsMax: UInt32?
    /// Most leads in one period of the policy; nil is no such cap.
    public var leadsPerPeriodMax: UInt32?
    /// Fewest leads in one floor period that it should get.
    public var leadsPerPeriodMin: UInt32
    /// Least deal value in one floor period that its leads should come to, in minor units of the program's currency.
    public var floorValueMinorUnitsPerPeriod: Int64
    /// Caps on some of its leads.
    public var segments: [SegmentCap]
    public init(
        openLeadsMax: UInt32? = nil, leadsPerPeriodMax: UInt32? = nil, leadsPerPeriodMin: UInt32 = 0,
        floorValueMinorUnitsPerPeriod: Int64 = 0, segments: [SegmentCap] = []
    ) {
        self.openLeadsMax = openLeadsMax
        self.leadsPerPeriodMax = leadsPerPeriodMax
        self.leadsPerPeriodMin = leadsPerPeriodMin
        self.floorValueMinorUnitsPerPeriod = floorValueMinorUnitsPerPeriod
        self.segments = segments
    }
}

/// A stretch of one weekday, in local time.
public struct WorkingHours: Sendable, Equatable {
    /// ISO weekday, 1 is Monday.
    public var weekday: UInt8
    /// Minutes after local midnight, 0 to 1439.
    public var fromMinute: UInt16
    /// Minutes after local midnight, 1 to 1440, later than `fromMinute`.
    public var untilMinute: UInt16
    public init(weekday: UInt8, fromMinute: UInt16, untilMinute: UInt16) {
        self.weekday = weekday
        self.fromMinute = fromMinute
        self.untilMinute = untilMinute
    }
}

/// A time zone's rules made explicit: from each moment on, local time is UTC plus so many seconds.
public struct TimeZoneRules: Sendable, Equatable {
    public struct Offset: Sendable, Equatable {
        public var from: Timestamp
        public var seconds: Int32
        public init(from: Timestamp, seconds: Int32) {
            self.from = from
            self.seconds = seconds
        }
    }
    /// Version of the tz database that intake read.
    public var tzVersion: String
    /// In order of time; the first holds from the beginning.
    public var offsets: [Offset]
    public init(tzVersion: String, offsets: [Offset]) {
        self.tzVersion = tzVersion
        self.offsets = offsets
    }
}

/// The rules of the time zone of that name.
public struct NamedTimeZone: Sendable, Equatable {
    /// IANA name.
    public var name: String
    public var rules: TimeZoneRules
    public init(name: String, rules: TimeZoneRules) {
        self.name = name
        self.rules = rules
    }
}

/// A partner's profile, whole.
public struct PartnerProfile: Sendable, Equatable {
    public var partnerID: String
    public var countries: [String] = []
    public var regions: [String] = []
    public var languages: [String] = []
    public var verticals: [String] = []
    public var products: [String] = []
    public var technologies: [String] = []
    public var certifications: [String] = []
    public var residencies: [String] = []
    public var tier: UInt32 = 0
    /// Smallest deal usually done.
    public var typicalDealMin: Money?
    /// Largest deal usually done.
    public var typicalDealMax: Money?
    public var capacity = Capacity()
    /// IANA name; the rules come with the input.
    public var timeZone = ""
    public var workingHours: [WorkingHours] = []
    /// Name of the policy's holiday calendar that it keeps; empty is that of the one country that it serves. Since
    /// logic version 7.
    public var holidayCalendar = ""
    /// Its turns among equals against those of others; nil is 1, and 0 is none since logic version 7, 1 before.
    public var rotationWeight: UInt32?
    /// Partners that stand in for it while it is away, the first of them that can, where the policy says so. Since
    /// logic version 7.
    public var deputies: [String] = []
    public init(partnerID: String) { self.partnerID = partnerID }
}

/// Only the capacity changes.
public struct PartnerCapacitySet: Sendable, Equatable {
    public var partnerID: String
    public var capacity: Capacity
    public init(partnerID: String, capacity: Capacity) {
        self.partnerID = partnerID
        self.capacity = capacity
    }
}

/// The partner is away from `from` until before `until`.
public struct PartnerAbsenceSet: Sendable, Equatable {
    public var partnerID: String
    public var absenceID: String
    public var from: Timestamp
    public var until: Timestamp
    public init(partnerID: String, absenceID: String, from: Timestamp, until: Timestamp) {
        self.partnerID = partnerID
        self.absenceID = absenceID
        self.from = from
        self.until = until
    }
}

/// An absence is called off.
public struct PartnerAbsenceCancelled: Sendable, Equatable {
    public var partnerID: String
    public var absenceID: String
    public init(partnerID: String, absenceID: String) {
        self.partnerID = partnerID
        self.absenceID = absenceID
    }
}

/// Partners share the commission of a lead's deal, whenever it is won. Since logic version 7.
public struct CommissionShared: Sendable, Equatable {
    public var leadID: String
    /// What they leave over is the winner's; none: all of it is.
    public var shares: [CommissionShare]
    public init(leadID: String, shares: [CommissionShare]) {
        self.leadID = leadID
        self.shares = shares
    }
}

/// A partner's share of a commission.
public struct CommissionShare: Sendable, Equatable {
    public var partnerID: String
    /// Of the commission, not of the deal; 1 to 10,000.
    public var basisPoints: UInt32
    public init(partnerID: String, basisPoints: UInt32) {
        self.partnerID = partnerID
        self.basisPoints = basisPoints
    }
}

/// What a partner earns on deals it wins from now on.
public struct PartnerCommissionTermsSet: Sendable, Equatable {
    public var partnerID: String
    /// 0 to 10,000.
    public var rateBasisPoints: UInt32
    public init(partnerID: String, rateBasisPoints: UInt32) {
        self.partnerID = partnerID
        self.rateBasisPoints = rateBasisPoints
    }
}

/// Why two partners are one from here on. Raw values are the schema's.
public enum PartnerMergeReason: UInt8, Sendable, CaseIterable {
    /// Not stated.
    case unspecified = 0
    /// They had been one all along.
    case duplicate
    /// One took the other over.
    case takeover
}

/// Two partners are one from here on: what was the first one's is the second one's. Since logic version 7.
public struct PartnersMerged: Sendable, Equatable {
    /// The one that ends; its id stands for the other from here on.
    public var fromPartnerID: String
    /// The one that remains.
    public var intoPartnerID: String
    /// Who says so, by the id of a role or person in the vendor's own system; empty if nobody is named.
    public var decidedBy: String
    public var reason: PartnerMergeReason
    public init(
        fromPartnerID: String, intoPartnerID: String, decidedBy: String = "",
        reason: PartnerMergeReason = .unspecified
    ) {
        self.fromPartnerID = fromPartnerID
        self.intoPartnerID = intoPartnerID
        self.decidedBy = decidedBy
        self.reason = reason
    }
}
