import Reports

/// Evidence that nothing was changed or left out, and everything about one person.
public struct ProofPage: Sendable {
    /// Long work of the reader's, as it stands.
    public struct Work: Sendable {
        public var id: String
        /// "verify" or "dossier".
        public var kind: String
        /// "queued", "running", "done", "failed" or "cancelled".
        public var status: String
        public var done: UInt64
        public var total: UInt64?
        /// True if a verification found nothing wrong; nil where that is not known.
        public var isGood: Bool?
        /// Why nothing came of it.
        public var problem: String?
        /// Lines of what came of it.
        public var lines: [String]
        /// Where what came of it is read.
        public var result: String?

        /// One from its parts.
        public init(
            id: String, kind: String, status: String, done: UInt64, total: UInt64?, isGood: Bool?, problem: String?,
            lines: [String], result: String?
        ) {
            self.id = id
            self.kind = kind
            self.status = status
            self.done = done
            self.total = total
            self.isGood = isGood
            self.problem = problem
            self.lines = lines
            self.result = result
        }

        var isUnderWay: Bool { ["queued", "running"].contains(status) }
    }

    public var checkpoint: CheckpointDocument?
    public var work: [Work]
    public var canMakeDossiers: Bool

    /// A page from its parts.
    public init(checkpoint: CheckpointDocument?, work: [Work], canMakeDossiers: Bool) {
        self.checkpoint = checkpoint
        self.work = work
        self.canMakeDossiers = canMakeDossiers
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let refresh = work.contains(where: \.isUnderWay) ? 1 : nil
        return Shell(reader, title: t("nav.proof"), section: .proof, refresh: refresh).page([
            .worded(.h1, [.look(.title)], t("nav.proof")), .worded(.p, [.look(.quiet)], t("proof.about")),
            .link("/app/proof/access", [.more], [.text(t("access.title"))]),
            .div(
                .split,
                [
                    .div(.main, [jobs(reader), signed(reader)]),
                    .element(
                        .aside, [.look(.rail), .set(.label, t("lead.actions"))], [verify(reader), dossier(reader)]),
                ]),
        ])
    }

    private func signed(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let checkpoint else {
            return .panel("checkpoint", t("proof.checkpoint"), [.empty(t("proof.none"), t("proof.none.how"))])
        }
        return .panel(
            "checkpoint", t("proof.checkpoint"),
            [
                .worded(.p, [.look(.quiet)], t("proof.checkpoint.about")),
                .element(
                    .dl, [.look(.facts, .left)],
                    [
                        .fact(t("proof.size"), .text(t.number(checkpoint.size))),
                        .fact(t("proof.root"), .span(.mono, checkpoint.root)),
                        .fact(t("proof.key"), .span(.mono, checkpoint.verifierKey)),
                    ]),
                .element(
                    .details, [.set(.id, "note")],
                    [
                        .worded(.summary, t("proof.note")),
                        .element(
                            .pre, [.set(.tabIndex, "0"), .set(.label, t("proof.note"))],
                            checkpoint.note.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
                                .map { .element(.span, [], [.text(String($0)), .lineBreak]) }),
                    ]),
            ])
    }

    private func verify(_ reader: Reader) -> HTML {
        let t = reader.texts
        return .element(
            .section, [.set(.labelledBy, "verify-title"), .look(.panel)],
            [
                .div(.head, [.worded(.h2, [.set(.id, "verify-title")], t("proof.verify"))]),
                .worded(.p, [.look(.quiet)], t("proof.verify.about")),
                .form(
                    "/app/proof/verifications", reader, [.form],
                    [
                        .submit(t("proof.verify.whole"), .primary, named: ("quick", "no")),
                        .submit(t("proof.verify.quick"), named: ("quick", "yes")),
                    ]),
            ])
    }

    private func dossier(_ reader: Reader) -> HTML {
        let t = reader.texts
        if !canMakeDossiers { return .nothing }
        return .element(
            .section, [.set(.labelledBy, "dossier-title"), .look(.panel)],
            [
                .div(.head, [.worded(.h2, [.set(.id, "dossier-title")], t("proof.dossier"))]),
                .worded(.p, [.look(.quiet)], t("proof.dossier.about")),
                .form(
                    "/app/proof/dossiers", reader, [.form],
                    [
                        .field(
                            "subject", t("proof.subject"), hint: t("proof.subject.hint"),
                            [
                                .set(.required), .set(.maxLength, "256"), .set(.autocomplete, "off"),
                                .set(.spellcheck, "false"),
                            ]),
                        .field(
                            "reason", t("proof.reason"),
                            [.set(.required), .set(.maxLength, "128"), .set(.autocomplete, "off")]),
                        .select(
                            "edition", t("proof.edition"), id: "f-edition",
                            [("auditor", t("proof.edition.auditor")), ("subject", t("proof.edition.subject"))]),
                        .submit(t("proof.dossier.make"), .primary),
                    ]),
            ])
    }

    // MARK: Work

    private func jobs(_ reader: Reader) -> HTML {
        let t = reader.texts
        return .panel(
            "work", t("proof.work"),
            work.isEmpty
                ? [.empty(t("proof.work.empty"), t("proof.work.how"))]
                : work.map { one in
                    .element(
                        .section, [.set(.id, "job-" + one.id)],
                        [
                            .div(
                                .head,
                                [
                                    .worded(.h3, t.label("proof.kind", one.kind)),
                                    .span(.tag, t.label("proof.status", one.status)),
                                ]),
                            outcome(one, reader),
                        ])
                })
    }

    private func outcome(_ one: Work, _ reader: Reader) -> HTML {
        let t = reader.texts
        if one.isUnderWay {
            let share = one.total.map { $0 == 0 ? 0 : Double(one.done) / Double($0) }
            return .all([
                .element(
                    .div,
                    [
                        .look(.spin), .set(.role, "progressbar"), .set(.label, t("proof.progress")),
                        .set(.valueNow, "\(Int((share ?? 0) * 100))"),
                    ], [FillBar.picture(share ?? 0)]),
                .worded(
                    .p, [.look(.hint)],
                    t("proof.progress.of", ["done": .count(Int(one.done)), "total": .count(Int(one.total ?? 0))])),
            ])
        }
        let verdict = one.isGood.map { isGood in
            HTML.worded(.p, [.look(.notice, isGood ? .good : .bad)], t(isGood ? "proof.good" : "proof.bad"))
        }
        return .all([
            verdict ?? .nothing,
            one.problem.map { .element(.p, [.look(.notice, .bad)], [reader.recorded($0)]) } ?? .nothing,
            one.lines.isEmpty
                ? .nothing
                : .element(
                    .ul, [.look(.reasons)], one.lines.map { .element(.li, reader.recordedLanguage, [.text($0)]) }),
            one.result.map { .element(.p, [], [.link($0, t("proof.result"))]) } ?? .nothing,
        ])
    }
}
