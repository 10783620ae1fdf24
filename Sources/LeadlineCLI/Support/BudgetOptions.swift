import ArgumentParser
import Gateway

/// How much a key lets do a day.
struct BudgetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Leads that it may hand in a day.", valueName: "count"))
    var leadsPerDay: Int?

    @Option(
        help: ArgumentHelp(
            "What the leads may be worth that it hands in or agrees to a day, in the program's currency.",
            valueName: "minor units"))
    var valuePerDay: Int?

    @Option(help: ArgumentHelp("Answers to offers that it may give a day.", valueName: "count"))
    var offersPerDay: Int?

    var budgets: Budgets {
        Budgets(leadsPerDay: leadsPerDay, valueMinorUnitsPerDay: valuePerDay, offersPerDay: offersPerDay)
    }
}
