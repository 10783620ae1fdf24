extension ProgramRecords {
    /// A category of data in the register of processing.
    public struct DataCategory: Sendable, Codable, Equatable {
        /// What it is.
        public var category: String
        /// Whose it is.
        public var people: String
        /// Fields of the schemas that carry it.
        public var fields: [String]
        /// How it stands in the journal.
        public var form: String

        /// What is processed of people: every field that the schemas call personal, and what stands in clear.
        static let all: [DataCategory] = [
            .init(
                category: "identity", people: "prospects",
                fields: ["given_name", "family_name", "job_title", "contact"], form: sealed),
            .init(category: "contact", people: "prospects", fields: ["email", "phone"], form: digested),
            .init(
                category: "organisation, which may be one person's", people: "prospects, the vendor",
                fields: ["account_domain", "account_name", "name"], form: pseudonymous),
            .init(
                category: "free text", people: "prospects, partners' staff, reviewers", fields: ["message", "note"],
                form: sealed),
            .init(
                category: "what the vendor's own system knows of an enquiry", people: "prospects",
                fields: ["attributes", "value"], form: sealed),
            .init(
                category: "identity", people: "partners who are sole traders, and their contacts",
                fields: ["name", "contact_email"], form: sealed),
            .init(
                category: "identity", people: "who asked for, reported or decided something",
                fields: ["requester", "reviewer", "actor", "decider"], form: sealed),
            .init(
                category: "contact of who answers for the processing",
                people: "the vendor's staff, its data protection officer, the authority's",
                fields: [
                    "controller", "representative", "data_protection_officer", "supervisory_authority", "name",
                    "postal_address", "email", "telephone", "website",
                ],
                form: sealed),
            .init(
                category: "what the vendor states of the processing", people: "whoever it names",
                fields: [
                    "purposes", "lawful_basis_evidence", "automated_decision_evidence", "recipients", "recipient", "role",
                    "transfers", "country", "safeguard", "copy", "sources", "source", "description", "en", "de", "fr", "it",
                    "es",
                ],
                form: sealed),
            .init(
                category: "reasons for a request", people: "who asked for it", fields: ["reason"], form: sealed),
            .init(
                category: "business facts about an enquiry", people: "prospects",
                fields: [
                    "country", "region", "language", "vertical", "employees", "annual_revenue", "technologies", "product",
                    "source", "deal_value", "lawful_basis", "residency", "required_certifications", "topic",
                    "strength_percent", "campaign", "declared_attributes",
                ],
                form: "in clear: the decider goes by it; categories and numbers, no names"),
            .init(
                category: "what was decided and what came of it", people: "prospects",
                fields: ["lead_id", "partner_id", "claim_id", "amount", "reason", "reason_id", "stage"],
                form: "in clear, under random ids"),
        ]

        private static let sealed = "sealed: encrypted under the person's key, which an erasure destroys"
        private static let digested = "sealed; e-mail address and telephone number are found by keyed digests in the vault"
        private static let pseudonymous = "sealed; the domain stands in the journal as a pseudonym of this program"
    }
}
