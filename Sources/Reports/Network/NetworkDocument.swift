public import LeadlineCore

/// The network as one JSON object. Fields are added, never changed.
public struct NetworkDocument: Encodable, Sendable {
    /// What waiting for a response leaves of the chance of winning.
    public struct Waiting: Encodable, Sendable {
        /// Waits of less; absent for the longest.
        public var belowMinutes: Int64?
        public var kept: Double
        public var won: UInt32
        public var closed: UInt32
    }

    /// A partner.
    public struct Partner: Encodable, Sendable {
        public var partnerId: String
        public var status: String
        public var leads: UInt32
        public var leadsMax: UInt32?
        public var openLeads: UInt32
        public var openLeadsMax: UInt32?
        public var floorLeads: UInt32
        public var floor: UInt32
        public var floorLacking: UInt32
        public var isFloorOutOfReach: Bool
        public var floorValueGot: Int64
        public var floorValue: Int64
        public var floorValueLacking: Int64
        public var utilisation: Double?
        public var placePrice: Double
        public var floorFavour: Double
        public var evennessFavour: Double
        public var tieDebtMicros: Int64
        public var turnWithin: UInt32?
    }

    public var program: String
    public var position: UInt64
    public var at: String
    public var currency: String
    public var periodEnd: String
    public var floorPeriodEnd: String
    public var leadsRemembered: Int
    public var leadsExpected: Double
    public var meanGainMinorUnits: Double
    public var jainOfUtilisation: Double
    public var turnWithinMax: UInt32?
    public var debtsBalance: Bool
    public var waiting: [Waiting]
    public var announced: [ExplanationDocument.Announcement]
    public var calendarsUnknown: [String]
    public var partners: [Partner]

    /// The network of a program in a state.
    public init(program: String, state: State, network: NetworkStanding) {
        self.program = program
        position = state.nextPosition
        at = TimeText.utc(network.at)
        currency = state.currency
        periodEnd = TimeText.utc(network.periodEnd)
        floorPeriodEnd = TimeText.utc(network.floorPeriodEnd)
        leadsRemembered = network.leadsRemembered
        leadsExpected = network.leadsExpected
        meanGainMinorUnits = network.meanGain
        jainOfUtilisation = network.jainOfUtilisation
        turnWithinMax = network.turnWithinMax
        debtsBalance = network.debtsBalance
        waiting = network.waiting.map {
            Waiting(belowMinutes: $0.belowMinutes, kept: $0.kept, won: $0.won, closed: $0.closed)
        }
        announced = network.announced.map(ExplanationDocument.Announcement.init)
        calendarsUnknown = network.calendarsUnknown
        partners = network.partners.map {
            Partner(
                partnerId: $0.partnerID, status: $0.status, leads: $0.leads, leadsMax: $0.leadsMax,
                openLeads: $0.openLeads,
                openLeadsMax: $0.openLeadsMax, floorLeads: $0.floorLeads, floor: $0.floor,
                floorLacking: $0.floorLacking, isFloorOutOfReach: $0.isFloorOutOfReach,
                floorValueGot: $0.floorValueGot, floorValue: $0.floorValue, floorValueLacking: $0.floorValueLacking,
                utilisation: $0.utilisation, placePrice: $0.placePrice,
                floorFavour: $0.floorFavour, evennessFavour: $0.evennessFavour, tieDebtMicros: $0.tieDebtMicros,
                turnWithin: $0.turnWithin)
        }
    }
}
