import HTTPTypes
import LeadlineSchemas
import Reports

/// The table as an OpenAPI 3.1 document.
enum OpenAPI {
    /// The whole document.
    static let text: String = JSONText.object([
        ("openapi", #""3.1.0""#),
        (
            "info",
            JSONText.object([
                ("title", #""Leadline""#), ("version", #""1""#),
                ("description", JSONText.quoted(about)),
            ])
        ),
        ("paths", JSONText.object(paths.map { ($0.path, $0.json) })),
        ("components", components),
    ])

    private static let about = """
        Routes each sales lead to the partner most likely to win it, and says why. A change is durable when 202 is \
        answered; with 'Prefer: wait=N' the answer brings the decision. With an Idempotency-Key a change can be sent \
        again: the same content gives the first answer, other content 422. Every error is application/problem+json. \
        What is not there and what you may not see get the same answer. \
        Lengths of texts are counted in characters here and in bytes of UTF-8 by the service: what is not ASCII has \
        more of these.
        """

    private static var paths: [(path: String, json: String)] {
        var paths: [(path: String, operations: [Operation])] = []
        // A document of this version has no place for QUERY; what it does POST does too.
        for operation in OperationTable.all where operation.method != .query {
            if let index = paths.firstIndex(where: { $0.path == operation.path }) {
                paths[index].operations.append(operation)
            } else {
                paths.append((operation.path, [operation]))
            }
        }
        return paths.map { path, operations in
            (path, JSONText.object(operations.map { ($0.method.rawValue.lowercased(), json(of: $0)) }))
        }
    }

    private static func json(of operation: Operation) -> String {
        let parameters = parameters(of: operation)
        return JSONText.object([
            ("operationId", JSONText.quoted(operation.id)), ("tags", "[\(JSONText.quoted(operation.tag))]"),
            ("summary", JSONText.quoted(operation.summary)),
            ("parameters", parameters.isEmpty ? nil : "[" + parameters.joined(separator: ",") + "]"),
            ("requestBody", operation.payload.map { body($0, isOptional: operation.payloadIsOptional) }),
            ("responses", responses(of: operation)),
            ("security", operation.asksWho ? #"[{"key":[]},{"token":[]},{"session":[]}]"# : "[]"),
            ("x-scope", operation.scope.map { JSONText.quoted($0.rawValue) }),
            ("x-roles", "[" + operation.roles.map { JSONText.quoted($0.rawValue) }.joined(separator: ",") + "]"),
            ("x-rate-class", JSONText.quoted(operation.rate.rawValue)),
        ])
    }

    private static func parameters(of operation: Operation) -> [String] {
        var parameters = operation.pathParameters.map { name in
            let (schema, about): (Schema, String) =
                switch name {
                case "link": (.string, "The link's own part.")
                case "month": (.month, "A month as 2026-03.")
                default: (.id, "An id.")
                }
            return parameter(name, in: "path", schema, about, isRequired: true)
        }
        parameters += operation.query.map {
            parameter($0.name, in: "query", $0.schema, $0.about, isRequired: $0.isRequired)
        }
        if operation.isWrite || operation.takesIdempotencyKey {
            parameters.append(##"{"$ref":"#/components/parameters/IdempotencyKey"}"##)
        }
        if operation.isWrite {
            parameters.append(##"{"$ref":"#/components/parameters/Prefer"}"##)
        }
        if case .stream = operation.work {
            parameters.append(
                parameter("Last-Event-ID", in: "header", .cursor, "The last event you have; those after it come."))
        }
        parameters += operation.headers.map { parameter($0.name, in: "header", $0.schema, $0.about) }
        if let reason = operation.reason {
            parameters.append(
                parameter(
                    "Leadline-Reason", in: "header",
                    Schema(json: #"{"type":"string","pattern":"^[ -?A-~]{1,\#(Call.reasonBytesMax)}$"}"#),
                    "Why personal data is read; kept in the access log.", isRequired: reason == .required))
        }
        return parameters
    }

    private static func parameter(
        _ name: String, in place: String, _ schema: Schema, _ about: String, isRequired: Bool = false
    ) -> String {
        JSONText.object([
            ("name", JSONText.quoted(name)), ("in", JSONText.quoted(place)),
            ("required", isRequired ? "true" : nil), ("description", JSONText.quoted(about)), ("schema", schema.json),
        ])
    }

    private static func body(_ payload: Operation.Payload, isOptional: Bool) -> String {
        let content = payload.types.enumerated().map { index, type in
            let isText = type.utf8.reversed().starts(with: "json".utf8.reversed()) && type != "application/x-ndjson"
            let example = isText ? payload.example : JSONText.quoted(payload.example)
            return (
                name: type,
                json: Optional(
                    JSONText.object([
                        ("schema", schema(of: type, payload, isUsual: index == 0)),
                        ("example", index == 0 ? example : nil),
                    ]))
            )
        }
        return JSONText.object([("required", isOptional ? "false" : "true"), ("content", JSONText.object(content))])
    }

    /// A batch holds what one request holds, many times; of other types only their own decoders know the form.
    private static func schema(of type: String, _ payload: Operation.Payload, isUsual: Bool) -> String {
        if type == EventOperations.batch {
            return Schema.array(payload.schema, count: 1...EventOperations.batchMax).json
        }
        return isUsual ? payload.schema.json : "{}"
    }

    private static func responses(of operation: Operation) -> String {
        let described = operation.successes + operation.otherAnswers
        var responses: [(name: String, json: String?)] = described.map { success in
            (
                "\(success.status)",
                JSONText.object([
                    ("description", JSONText.quoted(success.about)),
                    ("headers", AnswerHeader.list(operation.headers(of: success))),
                    ("content", content(of: success)), ("links", links(of: operation)),
                ])
            )
        }
        if operation.method == .get {
            let headers = AnswerHeader.list(operation.successes.first.map { operation.headers(of: $0) } ?? [])
            responses.append(("304", #"{"description":"You have it already.","headers":\#(headers)}"#))
        }
        for status in ["4XX", "503"] { responses.append((status, ##"{"$ref":"#/components/responses/Problem"}"##)) }
        return JSONText.object(responses)
    }

    /// What can be asked about the thing that an operation made.
    private static func links(of operation: Operation) -> String? {
        guard let name = operation.makes else { return nil }
        let value = JSONText.object([(name, JSONText.quoted("$response.body#/" + name))])
        let others = OperationTable.all.filter { $0.pathParameters == [name] && $0.method != .query }
        return JSONText.object(
            others.map { other in
                (other.id, JSONText.object([("operationId", JSONText.quoted(other.id)), ("parameters", value)]))
            })
    }

    private static func content(of success: Operation.Success) -> String {
        let types = [(success.type, success.schema)] + success.otherTypes.map { ($0, Schema.string) }
        return JSONText.object(types.map { ($0.0, JSONText.object([("schema", $0.1.json)])) })
    }

    private static var components: String {
        JSONText.object([
            (
                "schemas",
                JSONText.object(
                    (AnswerSchemas.all + WebhookSchemas.all).map { ($0.0, $0.1.json) }
                        + MessageSchemas.components.map { ($0.name, $0.json) })
            ),
            (
                "responses",
                #"{"Problem":{"description":"Why not (RFC 9457).","headers":"#
                    + AnswerHeader.list(AnswerHeader.ofProblems)
                    + #","content":{"application/problem+json":{"schema":"#
                    + Schema.reference("Problem").json + "}}}}"
            ),
            ("headers", AnswerHeader.components),
            (
                "parameters",
                JSONText.object([
                    (
                        "IdempotencyKey",
                        parameter(
                            "Idempotency-Key", in: "header",
                            Schema(
                                json: JSONText.object([
                                    ("type", #""string""#), ("pattern", JSONText.quoted(Submission.keyPattern)),
                                    ("maxLength", "\(Submission.keyBytesMax)"),
                                ])),
                            "Names the change, so that it can be sent again; remembered for 30 days.")
                    ),
                    (
                        "Prefer",
                        parameter(
                            "Prefer", in: "header", .string,
                            "wait=N waits up to N seconds, at most 30, for the decision.")
                    ),
                ])
            ),
            (
                "securitySchemes",
                JSONText.object([
                    ("key", #"{"type":"http","scheme":"bearer","description":"An API key, ll_..."}"#),
                    (
                        "token",
                        #"{"type":"http","scheme":"bearer","bearerFormat":"JWT","description":"An access token of "#
                            + #"the issuer that /.well-known/oauth-protected-resource names."}"#
                    ),
                    ("session", #"{"type":"apiKey","in":"cookie","name":"\#(Cookie.session.rawValue)"}"#),
                ])
            ),
        ])
    }
}

/// What answers hold, by name.
enum AnswerSchemas {
    private static let erasureListed = Schema.object([
        ("erased", .always(false)), ("people", .array(.anyObject)), ("confirm", .string), ("expires", .time),
        ("unknown", .array(.integer)), ("unsearchable", .integer),
    ])

    private static let erasureDone = Schema.object([
        ("erased", .always(true)), ("count", .integer), ("unknown", .array(.integer)), ("unsearchable", .integer),
        ("recordsEmptied", .integer), ("recordKeysDestroyed", .integer), ("unfinished", .integer),
        ("certificates", .array(.string)),
    ])

    /// The vendor's, a partner's, and what stands where the lead was merged into another.
    private static let explanations: [(String, Schema)] = [
        (
            "WholeExplanation",
            .object([
                ("program", .id), ("leadId", .id), ("currency", .string), ("logicVersion", .integer),
                ("decision", .anyObject), ("evaluation?", .anyObject), ("history", .array(.anyObject)),
            ])
        ),
        (
            "PartnersExplanation",
            .object([
                ("leadId", .id), ("partnerId", .id), ("time", .time),
                ("outcome", .choice(["assigned", "notChosen", "excluded"])), ("reason?", .string),
                ("fitContributions?", .array(.anyObject)), ("conversionContributions?", .array(.anyObject)),
            ])
        ),
        ("MergedLead", .object([("mergedInto", .id)])),
    ]

    static let all: [(String, Schema)] = [
        (
            "Problem",
            .object([
                ("type", .string), ("title", .string), ("status", .integer), ("detail", .string), ("field?", .string),
                ("budget?", .choice(Budgets.Name.allCases.map(\.rawValue))), ("renews?", .time),
            ])
        ),
        (
            "Submitted",
            .object([
                ("event", .string), ("status", .choice(["accepted", "decided"])), ("lead?", .id),
                ("repeated?", .boolean), ("position?", .integer), ("decisions?", .array(.reference("Decision"))),
                ("disregarded?", .object([("reason", .string), ("detail", .string)])),
            ])
        ),
        (
            "Decision",
            .object([
                ("specversion", .string), ("id", .string), ("source", .string), ("type", .string), ("time", .time),
                ("subject?", .string), ("data", .anyObject),
            ])
        ),
        (
            "DecisionPage",
            .object([("decisions", .array(.reference("Decision"))), ("next", .string), ("end", .boolean)])
        ),
        (
            "Lead",
            .object([
                ("lead", .id), ("status", .string), ("partner?", .id), ("submitted", .string), ("changed?", .string),
                ("respondBy?", .string), ("valueMinorUnits?", .integer), ("currency?", .string), ("country?", .string),
                ("vertical?", .string), ("attempt?", .integer), ("program?", .id),
            ])
        ),
        ("LeadPage", .object([("leads", .array(.reference("Lead")))])),
        (
            "LeadStory",
            .object([
                ("lead", .reference("Lead")),
                (
                    "timeline?",
                    .array(
                        .object([
                            ("position", .integer), ("at", .string), ("input", .string), ("events", .array(.string)),
                        ]))
                ),
            ])
        ),
        (
            "ReviewPage",
            .object([
                (
                    "reviews",
                    .array(
                        .object([
                            ("lead", .id), ("status", .string), ("partner?", .id), ("attempt", .integer),
                            ("submitted", .string), ("claim?", .reference("ReviewClaim")),
                        ]))
                )
            ])
        ),
        (
            "ReviewClaim",
            .object([("own", .boolean), ("principal", .string), ("since", .string), ("until", .string)])
        ),
        (
            "Claim",
            .object([
                ("partner", .id), ("claim", .id), ("lead?", .id), ("onAccount", .boolean), ("status", .string),
                ("until", .string),
            ])
        ),
        (
            "CommissionStatement",
            .object([
                ("program", .string), ("partnerId", .id),
                (
                    "period",
                    .object([("month", .string), ("timeZone", .string), ("from", .time), ("until", .time)])
                ),
                ("final", .boolean),
                (
                    "terms",
                    .array(.object([("position", .integer), ("time", .time), ("rateBasisPoints", .integer)]))
                ),
                (
                    "lines",
                    .array(
                        .object([
                            ("kind", .choice(["accrual", "reversal"])), ("decision", .string), ("position", .integer),
                            ("time", .time), ("leadId", .id), ("dealMinorUnits", .integer),
                            ("rateBasisPoints", .integer), ("amountMinorUnits", .integer), ("accruedAt?", .integer),
                            ("shareBasisPoints?", .integer), ("reversibleUntil?", .time),
                        ]))
                ),
                (
                    "standing",
                    .array(
                        .object([
                            ("position", .integer), ("time", .time), ("leadId", .id), ("accruedAt", .integer),
                            ("amountMinorUnits", .integer), ("reversibleUntil", .time),
                        ]))
                ),
                (
                    "sums",
                    .array(
                        .object([
                            ("currency", .string), ("accruedMinorUnits", .integer), ("reversedMinorUnits", .integer),
                            ("netMinorUnits", .integer),
                        ]))
                ),
                ("journal", .object([("size", .integer), ("chainLink", .string)])),
            ])
        ),
        ("ClaimPage", .object([("claims", .array(.reference("Claim")))])),
        (
            "ReturnReasonList",
            .object([
                (
                    "reasons",
                    .array(
                        .object([
                            ("reason", .id), ("meaning", .string), ("means", .string),
                            ("wordings", .array(.object([("language", .string), ("text", .string)]))),
                        ]))
                )
            ])
        ),
        (
            "ReturnPage",
            .object([
                (
                    "returns",
                    .array(.object([("partner", .id), ("lead", .id), ("reason?", .id), ("until", .string)]))
                )
            ])
        ),
        (
            "OfferList",
            .object([
                (
                    "offers",
                    .array(
                        .object([
                            ("offer", .id), ("lead", .id), ("round", .integer), ("answerBy", .string),
                            ("confirmed", .boolean), ("terms", .anyObject), ("features", .anyObject),
                        ]))
                )
            ])
        ),
        (
            "RateList",
            .object([
                (
                    "rates",
                    .array(
                        .object([
                            ("currency", .string), ("rateMicros", .integer), ("inForce", .boolean), ("validFrom?", .time),
                            ("position?", .integer),
                        ]))
                )
            ])
        ),
        (
            "SourceList",
            .object([
                (
                    "sources",
                    .array(
                        .object([
                            ("source", .string), ("leads", .integer), ("returned", .integer),
                            ("qualityBasisPoints", .integer), ("returnedShare?", .anyObject),
                        ]))
                )
            ])
        ),
        (
            "DeadLetter",
            .object([
                ("partition?", .integer), ("offset", .integer), ("reason", .string), ("detail", .string),
                ("field?", .string), ("origin", .anyObject), ("received", .string), ("erased?", .boolean),
                ("unsearchable?", .boolean), ("record?", .anyObject),
            ])
        ),
        ("DeadLetterPage", .object([("deadLetters", .array(.reference("DeadLetter")))])),
        (
            "Job",
            .object([
                ("job", .id), ("kind", .string), ("status", .choice(Job.Status.allCases.map(\.rawValue))),
                ("progress?", .anyObject), ("problem?", .reference("Problem")), ("began", .string),
                ("expires", .string), ("result?", .string),
            ])
        ),
        (
            "RightOutcome",
            .object([
                ("program", .id), ("lead", .id), ("subjects", .array(.string)), ("position", .integer),
                ("events", .array(.string)), ("told", .array(.string)), ("suppressedAddresses", .integer),
            ])
        ),
        (
            "PersonStanding",
            .object([
                ("program", .id), ("subjects", .array(.string)), ("erased", .boolean), ("restricted", .boolean),
                ("objected", .boolean), ("links", .array(.anyObject)), ("formerHolders", .integer),
                ("leads", .array(.anyObject)),
            ])
        ),
        ("ErasureListed", erasureListed), ("ErasureDone", erasureDone),
        ("Erasure", .oneOf(["ErasureListed", "ErasureDone"])),
        ("LeadExplanation", .oneOf(explanations.map(\.0))),
        (
            "Checkpoint",
            .object([
                ("program", .id), ("origin", .string), ("size", .integer), ("root", .string), ("note", .string),
                ("verifierKey", .string), ("signedAt", .string),
            ])
        ),
        ("LeadContact", .object([("lead", .id), ("fields", .anyObject)])),
        ("Preview", .object([("partner?", .id), ("events", .array(.string)), ("preLead?", .string)])),
        (
            "Partner",
            .object([
                ("partner", .id), ("status", .string), ("tier", .integer), ("openLeads", .integer),
                ("openLeadsMax?", .integer), ("leadsPerPeriodMax?", .integer), ("assignments", .integer),
                ("won", .integer), ("lost", .integer), ("countries", .array(.string)),
                ("commissionBasisPoints", .integer), ("mergedInto?", .id),
            ])
        ),
        (
            "PolicyChange",
            .object([
                ("version", .string), ("unchanged", .boolean), ("published", .boolean),
                ("differences", .array(.anyObject)),
            ])
        ),
        (
            "Grant",
            .object([
                ("id", .string), ("principal", .string), ("program", .id),
                ("role", .choice(Role.allCases.map(\.rawValue))),
                ("partner?", .id), ("scopes", .array(.string)), ("sources", .array(.string)), ("label", .string),
                ("created", .string), ("expires", .string), ("revoked?", .string),
                ("budgets?", .reference("Budgets")),
            ])
        ),
        (
            "Remark",
            .request([("note?", .freeText.saying("Why, in your words; sealed with the person's data."))])
        ),
    ] + explanations + EventSchemas.all + ActionLinkOperations.schemas + AgentOperations.schemas
}
