/// What the words mean that leads, decisions and reports use, for whoever reads them without having met them.
enum Glossary {
    static let markdown = """
        # Glossary

        - **Lead**: a company, and mostly a person there, that may buy. It is routed to one partner at a time.
        - **Partner**: a firm that sells on the vendor's behalf, with a profile, a capacity and a record.
        - **Program**: one vendor's channel: its partners, its policy and its leads. A key belongs to one program.
        - **Policy**: hard rules, weights, promises and limits by which leads are routed; it has a version.
        - **Hard rule**: what a partner must meet to be a candidate at all.
        - **Assignment**: a lead given to a partner, with the reasons and the promise; each has an attempt's number.
        - **Promise**: by when the partner answers the prospect; a breach moves the lead on.
        - **Escalation**: nobody could take the lead, so a person decides.
        - **Outcome**: stage, win or loss of the deal that a lead became; outcomes teach whom to send the next to.
        - **Review**: a person looks at a decision, which stands until that person has decided.
        - **Claim**: a deal that a partner has registered, so that leads of it come to that partner.
        - **Floor**: the least that a partner was promised of what it can take, in leads of a period.
        - **Explanation**: the decision made again from what was recorded, with what counted for and against it.
        - **Journal**: the entries from which every decision can be replayed, chained and signed.
        """
}
