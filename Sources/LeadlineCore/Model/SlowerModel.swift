/// A crossed model that learns more slowly than the first, for what it learns early is often chance.
///
/// Its weights have a share of the first one's prior variance; else it is the same and is taught the same. Which speed
/// is right differs from program to program and from year to year, so all of them predict and each is believed as far
/// as it has proved itself (`ExpertBlend`). Since logic version 8.
struct SlowerModel: Sendable {
    var weights: WinWeights
    let settings: WinModelSettings

    /// A model that has seen nothing.
    init(slotCount: Int, share: Double, _ settings: WinModelSettings) {
        var own = settings
        own.biasVariance *= share
        own.partnerVariance *= share
        own.slotBudget *= share
        own.crossBudget *= share
        own.pairBudget *= share
        self.settings = own
        weights = WinWeights(slotCount: slotCount, own, countsDeals: false)
    }

    /// Makes room for partners and values.
    mutating func reserve(partners: Int, values: Int) {
        weights.reserve(partners: partners, values: values, settings)
    }
}
