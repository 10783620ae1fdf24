// Goal: each domain property stands in the schema's field of the same meaning. Method: a table of domain
// values beside the same messages built with the generated types, no value used twice in a message, and
// equality of bytes both ways. A round trip alone would not notice two fields swapped on both sides.

import struct Foundation.Data
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Testing

@Suite struct MappingProtobufTests {
    @Test func facts() throws {
        let pairs = factPairs
        for (fact, wire) in pairs {
            let (field, bytes) = FactCodec.encode(fact)
            let expected: [UInt8] = try wire.serializedBytes()
            #expect(bytes == expected, "\(fact)")
            #expect(try FactCodec.decode(bodyField: field, expected) == fact)
            // The number leads to the same message in the generated Input.
            let input = try WireInput(serializedBytes: InputCodec.encode(Input(fact)))
            let body = Mirror(reflecting: try #require(input.body)).children.first?.value as? any Message
            #expect(body.map { type(of: $0) == type(of: wire) } == true, "\(fact)")
            #expect(try body?.serializedBytes() == expected)
        }
        #expect(Set(pairs.map { FactCodec.bodyField(of: $0.0) }).count == 49)
    }

    /// Each word of a lead stands in the field of its own name, in both messages that state it.
    @Test(arguments: LeadWord.allCases) func leadWords(word: LeadWord) throws {
        var attributes = LeadAttributes()
        attributes[word] = "value"
        let json = #"{"leadId": "L", "\#(word.name)": "value"}"#
        let submitted: [UInt8] = try WireLeadSubmitted(jsonString: json).serializedBytes()
        let updated: [UInt8] = try WireLeadUpdated(jsonString: json).serializedBytes()
        #expect(FactCodec.encode(.leadSubmitted(LeadSubmitted(leadID: "L", attributes: attributes))).bytes == submitted)
        #expect(FactCodec.encode(.leadUpdated(LeadUpdated(leadID: "L", attributes: attributes))).bytes == updated)
        #expect(try WireLeadSubmitted(serializedBytes: submitted)[word] == "value")
    }

    /// The kinds of events, their names and their numbers are those of the schema's oneof.
    @Test func eventKinds() throws {
        let index = SchemaIndex(try SchemaFiles.committed())
        let body = try #require(index.messages[".leadline.v1.Event"]).field
        #expect(EventKind.allCases.map(\.rawValue) == body.map { Int($0.number) })
        #expect(EventKind.allCases.map { ".\($0.fullName)" } == body.map(\.typeName))
        #expect(Set(eventPairs.map { EventKind($0.0) }) == Set(EventKind.allCases))
    }

    @Test func events() throws {
        let pairs = eventPairs
        for (event, wire) in pairs {
            let (field, bytes) = EventCodec.encode(event)
            let expected: [UInt8] = try wire.serializedBytes()
            #expect(bytes == expected, "\(event)")
            #expect(try EventCodec.decode(bodyField: field, expected) == event)
            var writer = WireWriter()
            EntryCodec.encode(
                position: 0, stamp: .epoch, logicVersion: 0, origin: nil,
                inputBytes: InputCodec.encode(Input(.duplicateReceived)), events: [event], into: &writer)
            let entry = try WireEntry(serializedBytes: writer.bytes)
            let body = Mirror(reflecting: try #require(entry.events.first?.body)).children.first?.value as? any Message
            #expect(body.map { type(of: $0) == type(of: wire) } == true, "\(event)")
        }
        #expect(Set(pairs.map { EventCodec.bodyField(of: $0.0) }).count == 30)
    }

    @Test func entryAndHeader() throws {
        let input = Input(
            .timeAdvanced(through: Timestamp(micros: 5)), eventDigest: Digest128(low: 1, high: 2),
            contentDigest: Digest128(low: 3, high: 4), subject: Digest128(low: 5, high: 6),
            account: Digest128(low: 7, high: 8), imported: true,
            timeZone: TimeZoneRules(
                tzVersion: "2026a", offsets: [TimeZoneRules.Offset(from: Timestamp(micros: -9), seconds: -3_600)]),
            stepTimeZones: [NamedTimeZone(name: "Europe/Rome", rules: TimeZoneRules(tzVersion: "2026b", offsets: []))])
        let wire = WireEntry.with {
            $0.position = 1
            $0.stampMicros = 2
            $0.logicVersion = 3
            $0.origin = .with {
                $0.topic = "t"
                $0.partition = 4
                $0.offset = 5
                $0.eventID = "e"
                $0.source = "s"
            }
            $0.input = .with {
                $0.eventDigest = Digest128(low: 1, high: 2).data
                $0.contentDigest = Digest128(low: 3, high: 4).data
                $0.subjectID = Digest128(low: 5, high: 6).data
                $0.accountPseudonym = Digest128(low: 7, high: 8).data
                $0.sealed = .init([1, 2, 3])
                $0.imported = true
                $0.timeZone = .with {
                    $0.tzVersion = "2026a"
                    $0.offsets = [
                        .with {
                            $0.fromMicros = -9
                            $0.offsetSeconds = -3_600
                        }
                    ]
                }
                $0.stepTimeZones = [
                    .with {
                        $0.name = "Europe/Rome"
                        $0.rules = .with { $0.tzVersion = "2026b" }
                    }
                ]
                $0.timeAdvanced = .with { $0.throughMicros = 5 }
            }
        }
        let expected: [UInt8] = try wire.serializedBytes()
        let origin = OriginRecord(topic: "t", partition: 4, offset: 5, eventID: "e", source: "s")
        var writer = WireWriter()
        EntryCodec.encode(
            position: 1, stamp: Timestamp(micros: 2), logicVersion: 3, origin: origin,
            inputBytes: InputCodec.encode(input, sealed: [1, 2, 3]), events: [], into: &writer)
        let bytes = writer.bytes
        #expect(bytes == expected)
        let record = try EntryCodec.decode(expected)
        #expect(record.origin == origin)
        #expect(record.input == input)
        #expect(record.sealed == [1, 2, 3])
    }
}

extension Digest128 {
    /// The bytes as the generated types hold them.
    fileprivate var data: Data { Data(bytes) }
}

// MARK: - Parts

private func money(_ minorUnits: Int64) -> (Money, WireMoney) {
    (
        Money(minorUnits: minorUnits, currency: "EUR"),
        .with {
            $0.minorUnits = minorUnits
            $0.currency = "EUR"
        }
    )
}

private let attributes: LeadAttributes = {
    var value = LeadAttributes()
    value.country = "IT"
    value.region = "south"
    value.language = "it"
    value.vertical = "steel"
    value.product = "suite"
    value.source = "form"
    value.residency = "eu"
    value.lawfulBasis = .legitimateInterest
    value.employees = 250
    value.dealValue = money(70).0
    value.technologies = ["k8s", ""]
    value.requiredCertifications = ["iso"]
    return value
}()

private let capacity = Capacity(
    openLeadsMax: 0, leadsPerPeriodMax: 9, leadsPerPeriodMin: 2, floorValueMinorUnitsPerPeriod: 3_000,
    segments: [SegmentCap(leadField: .vertical, value: "food", leadsPerPeriodMax: 4)])

private let wireCapacity = WireCapacity.with {
    $0.openLeadsMax = 0
    $0.leadsPerPeriodMax = 9
    $0.leadsPerPeriodMin = 2
    $0.floorValueMinorUnitsPerPeriod = 3_000
    $0.segments = [
        .with {
            $0.leadField = .vertical
            $0.value = "food"
            $0.leadsPerPeriodMax = 4
        }
    ]
}

private let evaluation: EvaluationSummary = {
    var value = EvaluationSummary()
    value.policyVersion = "v"
    value.modelVersion = .zero
    value.dealValueMinorUnits = 3
    value.fitExponent = 0.25
    value.best = [Candidate(partnerID: "P", score: 1.5, fit: -0.0, conversion: 0.5)]
    value.runnerUpPartnerID = "Q"
    value.scored = 300
    value.exclusions = [Exclusion(reason: .tried, rule: "r", partners: 8)]
    value.digest = Digest128(low: 11, high: 12)
    value.basis = .tieDebt
    value.tiedPartnerIDs = ["P", "Q"]
    return value
}()

private let wireEvaluation = WireEvaluation.with {
    $0.policyVersion = "v"
    $0.modelVersion = Digest128.zero.data
    $0.dealValueMinorUnits = 3
    $0.fitExponent = 0.25
    $0.best = [
        .with {
            $0.partnerID = "P"
            $0.score = 1.5
            $0.fit = -0.0
            $0.conversion = 0.5
        }
    ]
    $0.runnerUpPartnerID = "Q"
    $0.scored = 300
    $0.exclusions = [
        .with {
            $0.reason = .tried
            $0.rule = "r"
            $0.partners = 8
        }
    ]
    $0.digest = Digest128(low: 11, high: 12).data
    $0.basis = .tieDebt
    $0.tiedPartnerIds = ["P", "Q"]
}

private let predicate: Predicate = .all([
    .any([.not(.partnerTierAtLeast(3))]),
    .partnerCovers(.requiredCertifications, .certifications),
    .partnerLists(.residencies, value: "eu"),
    .leadIs(.lawfulBasis, values: ["consent", "contract"]),
    .leadNumberWithin(.employees, atLeast: 0, atMost: nil),
    .leadNumberWithin(.dealValueMinorUnits, atLeast: nil, atMost: 7),
])

private let wireTier = WirePredicate.with { $0.partnerTierAtLeast = .with { $0.tier = 3 } }

private let wirePredicate = WirePredicate.with {
    $0.all = .with {
        $0.predicates = [
            .with { $0.any = .with { $0.predicates = [.with { $0.not = wireTier }] } },
            .with {
                $0.partnerCovers = .with {
                    $0.leadField = .requiredCertifications
                    $0.partnerList = .certifications
                }
            },
            .with {
                $0.partnerLists = .with {
                    $0.partnerList = .residencies
                    $0.value = "eu"
                }
            },
            .with {
                $0.leadIs = .with {
                    $0.leadField = .lawfulBasis
                    $0.values = ["consent", "contract"]
                }
            },
            .with {
                $0.leadNumberWithin = .with {
                    $0.leadNumber = .employees
                    $0.atLeast = 0
                }
            },
            .with {
                $0.leadNumberWithin = .with {
                    $0.leadNumber = .dealValueMinorUnits
                    $0.atMost = 7
                }
            },
        ]
    }
}

private let policy: Policy = {
    var value = Policy()
    value.name = "n"
    value.hardRules = [HardRule(name: "h", require: predicate)]
    value.fitWeights.vertical = 1
    value.fitWeights.country = 2
    value.fitWeights.language = 3
    value.fitWeights.dealSize = 4
    value.fitWeights.technologies = 5
    value.fitWeights.winRate = 6
    value.fitWeights.intent = 7
    value.fitWeights.acceptance = 0
    value.fitWeights.responseTime = 9
    value.fitWeights.cycleLength = 10
    value.fitWeights.mode = .learned
    value.sla.firstResponseMinutes = 7
    value.sla.inWorkingHours = true
    value.attemptsMax = 8
    value.minimumConversionBasisPoints = 9
    value.priorWinRateBasisPoints = 10
    value.priorStrengthDeals = 11
    value.fitFadeOutcomes = 12
    value.periodDays = 13
    value.periodAnchor = Timestamp(micros: -1)
    value.defaultDealValueMinorUnits = 14
    value.exchangeRates = [ExchangeRate(currency: "USD", rateMicros: 15)]
    value.samePersonDays = 16
    value.ownerFirst = true
    value.ownershipDays = 17
    value.dealHorizonDays = 18
    value.humanQueue = "q"
    value.sla.reminderMinutesBefore = 3
    value.sla.reminders = [ReminderRule(afterBasisPoints: 30), ReminderRule(afterBasisPoints: 31)]
    var level = SLA()
    level.firstResponseMinutes = 19
    value.serviceLevels = [ServiceLevel(name: "s", when: .partnerTierAtLeast(3), sla: level)]
    value.escalationLadder = [
        EscalationStep(
            queue: "l", afterMinutes: 20, workingHours: [WorkingHours(weekday: 2, fromMinute: 1, untilMinute: 2)],
            timeZone: "Europe/Rome", holidayCalendar: "c")
    ]
    value.method = .weightedRotation
    value.floorPeriodDays = 22
    value.exploration.shareBasisPoints = 23
    value.exploration.leadsPerPeriodMax = 24
    value.pilot.name = "p"
    value.pilot.arms = [
        PilotArm(name: "a", method: .roundRobin, shareBasisPoints: 25, when: .partnerTierAtLeast(3)),
        PilotArm(name: "b", method: .bidPrice),
    ]
    value.shadow = true
    value.coolDownMinutes = 26
    value.ownershipKeepsTurn = true
    value.declineKeepsTurn = true
    value.review.dealValueAtLeastMinorUnits = 0
    value.review.conversionBelowBasisPoints = 29
    value.lawfulBases = ["consent"]
    value.alwaysAssign = true
    value.retention.closedDealDays = 32
    value.retention.otherLeadDays = 320
    value.retention.deadLetterDays = 321
    value.approvedBy = "role-33"
    value.claims.protectedDays = 34
    value.claims.approval = .byRule
    value.claims.answerDays = 340
    value.claims.claimsPerPartnerMax = 341
    value.suspension.missedDeadlines = 35
    value.suspension.withinDays = 350
    value.suspension.suspendedDays = 351
    value.suspension.movesLeads = true
    value.review.sourceQualityBelowBasisPoints = 290
    value.returns.reasons = [
        ReturnReason(id: "wrong", meaning: .badData, wordings: [ReasonWording(language: "en", text: "Wrong")])
    ]
    value.returns.creditsPerPeriodMax = 36
    value.returns.answerDays = 360
    (value.negotiation.rounds, value.negotiation.askedAtOnce, value.negotiation.answerMillis) = (1, 2, 3)
    value.negotiation.fallback = .escalate
    (value.negotiation.commissionMaxBasisPoints, value.negotiation.promiseMaxMinutes) = (5, 6)
    (value.negotiation.enrichment, value.negotiation.hourCostBasisPoints) = (["intent"], 8)
    value.negotiation.when = .partnerTierAtLeast(3)
    value.negotiation.approver = "lead"
    value.negotiation.unattendedBelowMinorUnits = 0
    value.negotiation.unattendedConversionBasisPoints = 12
    value.waiting.offersPerMinuteMax = 0
    value.absenceAhead = .stop
    value.lateAnswerMinutes = 0
    value.clawbackDays = 0
    var starvation = StarvationRule()
    (starvation.floorAfterBasisPoints, starvation.idleDays, starvation.shareLeadsMin) = (0, 4, 5)
    value.starvation = starvation
    value.ruleBreak = .escalate
    (value.placesBack.declined, value.placesBack.expired, value.placesBack.withdrawn) = (true, true, true)
    value.presence = .hold
    value.holidayCalendars = [HolidayCalendar(name: "c", countries: ["IT", "CH"], dates: ["2026-12-25"])]
    value.attributes = [
        AttributeRule(name: "a", type: .choice, values: ["x", "y"]), AttributeRule(name: "b", type: .number, atLeast: 0, atMost: 7),
    ]
    value.undeclaredAttributes = .refused
    return value
}()

private let wirePolicy = WirePolicy.with {
    $0.name = "n"
    $0.hardRules = [
        .with {
            $0.name = "h"
            $0.require = wirePredicate
        }
    ]
    $0.fitWeights = .with {
        $0.vertical = 1
        $0.country = 2
        $0.language = 3
        $0.dealSize = 4
        $0.technologies = 5
        $0.winRate = 6
        $0.intent = 7
        $0.acceptance = 0
        $0.responseTime = 9
        $0.cycleLength = 10
        $0.mode = .learned
    }
    $0.sla = .with {
        $0.firstResponseMinutes = 7
        $0.inWorkingHours = true
    }
    $0.attemptsMax = 8
    $0.minimumConversionBasisPoints = 9
    $0.priorWinRateBasisPoints = 10
    $0.priorStrengthDeals = 11
    $0.fitFadeOutcomes = 12
    $0.periodDays = 13
    $0.periodAnchor = .with {
        $0.seconds = -1
        $0.nanos = 999_999_000
    }
    $0.defaultDealValueMinorUnits = 14
    $0.exchangeRates = [
        .with {
            $0.currency = "USD"
            $0.rateMicros = 15
        }
    ]
    $0.samePersonDays = 16
    $0.ownerFirst = true
    $0.ownershipDays = 17
    $0.dealHorizonDays = 18
    $0.humanQueue = "q"
    $0.sla.reminderMinutesBefore = 3
    $0.sla.reminders = [.with { $0.afterBasisPoints = 30 }, .with { $0.afterBasisPoints = 31 }]
    $0.serviceLevels = [
        .with {
            $0.name = "s"
            $0.when = wireTier
            $0.sla.firstResponseMinutes = 19
        }
    ]
    $0.escalationLadder = [
        .with {
            $0.queue = "l"
            $0.afterMinutes = 20
            $0.workingHours = [
                .with {
                    $0.weekday = 2
                    $0.fromMinute = 1
                    $0.untilMinute = 2
                }
            ]
            $0.timeZone = "Europe/Rome"
            $0.holidayCalendar = "c"
        }
    ]
    $0.method = .weightedRotation
    $0.floorPeriodDays = 22
    $0.exploration = .with {
        $0.shareBasisPoints = 23
        $0.leadsPerPeriodMax = 24
    }
    $0.pilot = .with {
        $0.name = "p"
        $0.arms = [
            .with {
                $0.name = "a"
                $0.method = .roundRobin
                $0.shareBasisPoints = 25
                $0.when = wireTier
            },
            .with { $0.name = "b" },
        ]
    }
    $0.shadow = true
    $0.coolDownMinutes = 26
    $0.ownershipKeepsTurn = true
    $0.declineKeepsTurn = true
    $0.review = .with {
        $0.dealValueAtLeastMinorUnits = 0
        $0.conversionBelowBasisPoints = 29
    }
    $0.lawfulBases = ["consent"]
    $0.alwaysAssign = true
    $0.retention = .with {
        $0.closedDealDays = 32
        $0.otherLeadDays = 320
        $0.deadLetterDays = 321
    }
    $0.approvedBy = "role-33"
    $0.claims = .with {
        $0.protectedDays = 34
        $0.approval = .byRule
        $0.answerDays = 340
        $0.claimsPerPartnerMax = 341
    }
    $0.suspension = .with {
        $0.missedDeadlines = 35
        $0.withinDays = 350
        $0.suspendedDays = 351
        $0.movesLeads = true
    }
    $0.review.sourceQualityBelowBasisPoints = 290
    $0.returns = .with {
        $0.reasons = [
            .with {
                $0.id = "wrong"
                $0.meaning = .badData
                $0.wordings = [
                    .with {
                        $0.language = "en"
                        $0.text = "Wrong"
                    }
                ]
            }
        ]
        $0.creditsPerPeriodMax = 36
        $0.answerDays = 360
    }
    $0.waiting = .with { $0.offersPerMinuteMax = 0 }
    $0.absenceAhead = .stop
    $0.lateAnswerMinutes = 0
    $0.clawbackDays = 0
    $0.starvation = .with {
        $0.floorAfterBasisPoints = 0
        $0.idleDays = 4
        $0.shareLeadsMin = 5
    }
    $0.ruleBreak = .escalate
    $0.placesBack = .with {
        $0.declined = true
        $0.expired = true
        $0.withdrawn = true
    }
    $0.presence = .hold
    $0.holidayCalendars = [
        .with {
            $0.name = "c"
            $0.countries = ["IT", "CH"]
            $0.dates = ["2026-12-25"]
        }
    ]
    $0.attributes = [
        .with {
            $0.name = "a"
            $0.type = .choice
            $0.values = ["x", "y"]
        },
        .with {
            $0.name = "b"
            $0.type = .number
            $0.atLeast = 0
            $0.atMost = 7
        },
    ]
    $0.undeclaredAttributes = .refused
    $0.negotiation = .with {
        $0.rounds = 1
        $0.askedAtOnce = 2
        $0.answerMillis = 3
        $0.fallback = .escalate
        $0.commissionMaxBasisPoints = 5
        $0.promiseMaxMinutes = 6
        $0.enrichment = ["intent"]
        $0.hourCostBasisPoints = 8
        $0.when = wireTier
        $0.approver = "lead"
        $0.unattendedBelowMinorUnits = 0
        $0.unattendedConversionBasisPoints = 12
    }
}

private let terms = OfferTerms(promiseMinutes: 60, commissionBasisPoints: 0, enrichment: ["intent"])

private let wireTerms = WireOfferTerms.with {
    $0.promiseMinutes = 60
    $0.commissionBasisPoints = 0
    $0.enrichment = ["intent"]
}

// MARK: - The tables

private var factPairs: [(Fact, any Message)] { controlPairs + partnerPairs + intentPairs + outcomePairs + leadPairs }

private var controlPairs: [(Fact, any Message)] {
    [
        (.programRegistered(ProgramRegistered(currency: "CHF", logicVersion: 1)), WireProgramRegistered.with { $0.currency = "CHF" }),
        (
            .programRegistered(ProgramRegistered(currency: "CHF", logicVersion: 2)),
            WireProgramRegistered.with { $0.currency = "CHF"; $0.logicVersion = 2 }
        ),
        (
            .policyPublished(PolicyPublished(policy: policy, version: "w")),
            WirePolicyPublished.with {
                $0.policy = wirePolicy
                $0.version = "w"
            }
        ),
        (.reviewRequested(ReviewRequested(leadID: "L")), WireReviewRequested.with { $0.leadID = "L" }),
        (
            .humanDecisionRecorded(HumanDecisionRecorded(leadID: "L", decision: .assign(partnerID: ""))),
            WireHumanDecisionRecorded.with {
                $0.leadID = "L"
                $0.assignToPartnerID = ""
            }
        ),
        (
            .humanDecisionRecorded(HumanDecisionRecorded(leadID: "L", decision: .uphold)),
            WireHumanDecisionRecorded.with {
                $0.leadID = "L"
                $0.uphold = true
            }
        ),
        (
            .humanDecisionRecorded(HumanDecisionRecorded(leadID: "L", decision: .close)),
            WireHumanDecisionRecorded.with {
                $0.leadID = "L"
                $0.close = true
            }
        ),
        (
            .humanDecisionRecorded(HumanDecisionRecorded(leadID: "L", decision: .reroute)),
            WireHumanDecisionRecorded.with {
                $0.leadID = "L"
                $0.reroute = true
            }
        ),
        (.processingRestricted(LeadReference(leadID: "L")), WireProcessingRestricted.with { $0.leadID = "L" }),
        (.processingObjected(LeadReference(leadID: "L")), WireProcessingObjected.with { $0.leadID = "L" }),
        (.erasureRequested(LeadReference(leadID: "L")), WireErasureRequested.with { $0.leadID = "L" }),
        (
            .claimDecided(ClaimDecided(leadID: "L", partnerID: "P", claimID: "c", approved: true)),
            WireClaimDecided.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.claimID = "c"
                $0.approved = true
            }
        ),
        (
            .dealClaimed(DealClaimed(leadID: "L", partnerID: "P", claimID: "c")),
            WireDealClaimed.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.claimID = "c"
            }
        ),
        (
            .claimWithdrawn(ClaimWithdrawn(leadID: "L", partnerID: "P", claimID: "c")),
            WireClaimWithdrawn.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.claimID = "c"
            }
        ),
        (
            .processingResumed(ProcessingResumed(leadID: "L", objectionWithdrawn: true)),
            WireProcessingResumed.with {
                $0.leadID = "L"
                $0.objectionWithdrawn = true
            }
        ),
        (
            .personsLinked(LeadPair(leadID: "L", otherLeadID: "M")),
            WirePersonsLinked.with {
                $0.leadID = "L"
                $0.otherLeadID = "M"
            }
        ),
        (
            .personsUnlinked(LeadPair(leadID: "L", otherLeadID: "M")),
            WirePersonsUnlinked.with {
                $0.leadID = "L"
                $0.otherLeadID = "M"
            }
        ),
        (
            .leadsUnlinked(.init(leadID: "L", otherLeadID: "M", link: .sameEnquiry, decidedBy: "D")),
            WireLeadsUnlinked.with {
                ($0.leadID, $0.otherLeadID, $0.decidedBy) = ("L", "M", "D")
                $0.link = .sameEnquiry
            }
        ),
        (
            .leadsLinked(.init(leadID: "L", link: .sameCompany, decidedBy: "D")),
            WireLeadsLinked.with {
                ($0.leadID, $0.decidedBy) = ("L", "D")
                $0.link = .sameCompany
            }
        ),
        (
            .suppressionSet(SuppressedAddress(addressDigest: [1, 2], requestedBy: "R")),
            WireSuppressionSet.with {
                $0.addressDigest = Data([1, 2])
                $0.requestedBy = "R"
            }
        ),
        (
            .suppressionLifted(SuppressedAddress(addressDigest: [1, 2], requestedBy: "R")),
            WireSuppressionLifted.with {
                $0.addressDigest = Data([1, 2])
                $0.requestedBy = "R"
            }
        ),
        (
            .rejectedRecordsErased(RejectedRecordsErased(leadID: "L", recordIDs: ["A", "B"])),
            WireRejectedRecordsErased.with {
                $0.leadID = "L"
                $0.recordIds = ["A", "B"]
            }
        ),
        (
            .segmentArchived(
                SegmentArchived(
                    firstPosition: 3, nextPosition: 9, root: [1], chainLink: [2], stateHash: [3], archiveDigest: [4], archivedBy: "R")),
            WireSegmentArchived.with {
                $0.firstPosition = 3
                $0.nextPosition = 9
                $0.root = Data([1])
                $0.chainLink = Data([2])
                $0.stateHash = Data([3])
                $0.archiveDigest = Data([4])
                $0.archivedBy = "R"
            }
        ),
        (
            .programProfileSet(
                ProgramProfileSet(
                    lawfulBasis: .legitimateInterest, automatedDecisionGround: .noSignificantEffect, namesPartners: true,
                    noTransfers: true, approvedBy: "R")),
            WireProgramProfileSet.with {
                $0.lawfulBasis = .legitimateInterest
                $0.automatedDecisionGround = .noSignificantEffect
                $0.namesPartners = true
                $0.noTransfers = true
                $0.approvedBy = "R"
            }
        ),
        (.timeAdvanced(through: Timestamp(micros: -4)), WireTimeAdvanced.with { $0.throughMicros = -4 }),
        (.duplicateReceived, WireDuplicateReceived()),
        (.logicVersionAdopted(2), WireLogicVersionAdopted.with { $0.logicVersion = 2 }),
    ]
}

private var profile: PartnerProfile {
    var value = PartnerProfile(partnerID: "P")
    value.countries = ["IT"]
    value.regions = ["south"]
    value.languages = ["it"]
    value.verticals = ["steel"]
    value.products = ["suite"]
    value.technologies = ["k8s"]
    value.certifications = ["iso"]
    value.residencies = ["eu"]
    value.tier = 3
    value.typicalDealMin = money(1).0
    value.typicalDealMax = money(2).0
    value.capacity = capacity
    value.timeZone = "Europe/Rome"
    value.rotationWeight = 2
    value.holidayCalendar = "italy"
    value.deputies = ["Q", "R"]
    value.workingHours = [WorkingHours(weekday: 1, fromMinute: 540, untilMinute: 1_440)]
    return value
}

private var wireProfile: WirePartnerUpserted {
    .with {
        $0.partnerID = "P"
        $0.countries = ["IT"]
        $0.regions = ["south"]
        $0.languages = ["it"]
        $0.verticals = ["steel"]
        $0.products = ["suite"]
        $0.technologies = ["k8s"]
        $0.certifications = ["iso"]
        $0.residencies = ["eu"]
        $0.tier = 3
        $0.typicalDealMin = money(1).1
        $0.typicalDealMax = money(2).1
        $0.capacity = wireCapacity
        $0.timeZone = "Europe/Rome"
        $0.rotationWeight = 2
        $0.holidayCalendar = "italy"
        $0.deputies = ["Q", "R"]
        $0.workingHours = [
            .with {
                $0.weekday = 1
                $0.fromMinute = 540
                $0.untilMinute = 1_440
            }
        ]
    }
}

private var partnerPairs: [(Fact, any Message)] {
    [
        (.partnerUpserted(profile), wireProfile),
        (
            .partnerCapacitySet(PartnerCapacitySet(partnerID: "P", capacity: capacity)),
            WirePartnerCapacitySet.with {
                $0.partnerID = "P"
                $0.capacity = wireCapacity
            }
        ),
        (.partnerPaused(PartnerReference(partnerID: "P")), WirePartnerPaused.with { $0.partnerID = "P" }),
        (.partnerResumed(PartnerReference(partnerID: "P")), WirePartnerResumed.with { $0.partnerID = "P" }),
        (.partnerRemoved(PartnerReference(partnerID: "P")), WirePartnerRemoved.with { $0.partnerID = "P" }),
        (
            .partnerAbsenceSet(
                PartnerAbsenceSet(
                    partnerID: "P", absenceID: "A", from: .epoch, until: Timestamp(micros: 1_500_000))),
            WirePartnerAbsenceSet.with {
                $0.partnerID = "P"
                $0.absenceID = "A"
                $0.from = .init()
                $0.until = .with {
                    $0.seconds = 1
                    $0.nanos = 500_000_000
                }
            }
        ),
        (
            .partnerAbsenceCancelled(PartnerAbsenceCancelled(partnerID: "P", absenceID: "A")),
            WirePartnerAbsenceCancelled.with {
                $0.partnerID = "P"
                $0.absenceID = "A"
            }
        ),
        (
            .partnerCommissionTermsSet(PartnerCommissionTermsSet(partnerID: "P", rateBasisPoints: 1_250)),
            WirePartnerCommissionTermsSet.with {
                $0.partnerID = "P"
                $0.rateBasisPoints = 1_250
            }
        ),
    ]
}

private var firmographics: FirmographicsObserved {
    var value = FirmographicsObserved()
    value.vertical = "steel"
    value.employees = 250
    value.annualRevenue = money(9).0
    value.country = "IT"
    value.observer = "o"
    return value
}

private var intentPairs: [(Fact, any Message)] {
    [
        (
            .intentObserved(
                IntentObserved(
                    topic: "t", strengthPercent: 80, observer: "o", firstSeen: Timestamp(micros: 1_000_000),
                    lastSeen: Timestamp(micros: 2_000_000))),
            WireIntentObserved.with {
                $0.intentTopic = "t"
                $0.strengthPercent = 80
                $0.observer = "o"
                $0.firstSeen = .with { $0.seconds = 1 }
                $0.lastSeen = .with { $0.seconds = 2 }
            }
        ),
        (
            .firmographicsObserved(firmographics),
            WireFirmographicsObserved.with {
                $0.vertical = "steel"
                $0.employees = 250
                $0.annualRevenue = money(9).1
                $0.country = "IT"
                $0.observer = "o"
            }
        ),
        (
            .technographicsObserved(TechnographicsObserved(technologies: ["a", "b"], observer: "o")),
            WireTechnographicsObserved.with {
                $0.technologies = ["a", "b"]
                $0.observer = "o"
            }
        ),
    ]
}

private var outcomePairs: [(Fact, any Message)] {
    [
        (
            .leadAccepted(PartnerStatement(leadID: "L", partnerID: "P")),
            WireLeadAccepted.with {
                $0.leadID = "L"
                $0.partnerID = "P"
            }
        ),
        (
            .leadDeclined(PartnerRefusal(leadID: "L", partnerID: "P", reason: .noCapacity, reasonID: "full")),
            WireLeadDeclined.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.reason = .noCapacity
                $0.reasonID = "full"
            }
        ),
        (
            .leadReturned(PartnerRefusal(leadID: "L", partnerID: "P", reason: .badData, reasonID: "wrong")),
            WireLeadReturned.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.reason = .badData
                $0.reasonID = "wrong"
            }
        ),
        (
            .offerAnswered(OfferAnswered(
                leadID: "L", partnerID: "P", offerID: "O", round: 2, answer: .countered, terms: terms, reason: .price)),
            WireOfferAnswered.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.offerID = "O"
                $0.round = 2
                $0.answer = .countered
                $0.terms = wireTerms
                $0.reason = .price
            }
        ),
        (
            .returnDecided(ReturnDecided(leadID: "L", partnerID: "P", approved: true)),
            WireReturnDecided.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.approved = true
            }
        ),
        (
            .ratesPublished(RatesPublished(
                validFrom: Timestamp(micros: 1_500_000), rates: [ExchangeRate(currency: "USD", rateMicros: 7)], publishedBy: "t")),
            WireRatesPublished.with {
                $0.validFrom = .with {
                    $0.seconds = 1
                    $0.nanos = 500_000_000
                }
                $0.rates = [
                    .with {
                        $0.currency = "USD"
                        $0.rateMicros = 7
                    }
                ]
                $0.publishedBy = "t"
            }
        ),
        (
            .commissionShared(CommissionShared(leadID: "L", shares: [CommissionShare(partnerID: "P", basisPoints: 7)])),
            WireCommissionShared.with {
                $0.leadID = "L"
                $0.shares = [
                    .with {
                        $0.partnerID = "P"
                        $0.basisPoints = 7
                    }
                ]
            }
        ),
        (
            .partnersMerged(
                PartnersMerged(fromPartnerID: "P", intoPartnerID: "Q", decidedBy: "ops", reason: .takeover)),
            WirePartnersMerged.with {
                $0.fromPartnerID = "P"
                $0.intoPartnerID = "Q"
                $0.decidedBy = "ops"
                $0.reason = .takeover
            }
        ),
        (
            .firstResponseRecorded(FirstResponseRecorded(leadID: "L", partnerID: "P", channel: "phone")),
            WireFirstResponseRecorded.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.channel = "phone"
            }
        ),
        (
            .dealStageChanged(DealStageChanged(leadID: "L", partnerID: "P", stage: "demo")),
            WireDealStageChanged.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.stage = "demo"
            }
        ),
        (
            .dealWon(DealWon(leadID: "L", partnerID: "P", amount: money(5).0)),
            WireDealWon.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.amount = money(5).1
            }
        ),
        (
            .dealLost(DealLost(leadID: "L", partnerID: "P", reason: .other)),
            WireDealLost.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.reason = .other
            }
        ),
    ]
}

private var leadPairs: [(Fact, any Message)] {
    [
        (
            .leadSubmitted(LeadSubmitted(leadID: "L", attributes: attributes, pastPartnerID: "")),
            WireLeadSubmitted.with {
                $0.leadID = "L"
                $0.country = "IT"
                $0.region = "south"
                $0.language = "it"
                $0.vertical = "steel"
                $0.product = "suite"
                $0.source = "form"
                $0.residency = "eu"
                $0.lawfulBasis = .legitimateInterest
                $0.employees = 250
                $0.dealValue = money(70).1
                $0.technologies = ["k8s", ""]
                $0.requiredCertifications = ["iso"]
                $0.pastAssignment = .init()
            }
        ),
        (
            .leadUpdated(LeadUpdated(leadID: "L", attributes: attributes, cleared: ["country"])),
            WireLeadUpdated.with {
                $0.leadID = "L"
                $0.country = "IT"
                $0.region = "south"
                $0.language = "it"
                $0.vertical = "steel"
                $0.product = "suite"
                $0.source = "form"
                $0.residency = "eu"
                $0.lawfulBasis = .legitimateInterest
                $0.employees = 250
                $0.dealValue = money(70).1
                $0.technologies = ["k8s", ""]
                $0.requiredCertifications = ["iso"]
                $0.cleared = ["country"]
            }
        ),
        (.leadWithdrawn(LeadReference(leadID: "L")), WireLeadWithdrawn.with { $0.leadID = "L" }),
    ]
}

private var eventPairs: [(Event, any Message)] { assignmentPairs + endingPairs }

private var assignmentPairs: [(Event, any Message)] {
    [
        (
            .leadAssigned(
                LeadAssigned(
                    leadID: "L", partnerID: "P", attempt: 2, cause: .imported, respondBy: .epoch,
                    evaluation: evaluation, laterReminders: [PlannedReminder(at: Timestamp(micros: 9))], offerID: "O", terms: terms)),
            WireLeadAssigned.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.attempt = 2
                $0.cause = .imported
                $0.respondByMicros = 0
                $0.evaluation = wireEvaluation
                $0.laterReminders = [.with { $0.atMicros = 9 }]
                $0.offerID = "O"
                $0.terms = wireTerms
            }
        ),
        (
            .offerMade(OfferMade(
                offerID: "O", leadID: "L", partnerID: "P", round: 2, answerBy: Timestamp(micros: 9), cause: .declined,
                terms: terms,
                lead: OfferedLead(
                    country: "IT", region: "south", language: "it", vertical: "steel", employees: 250,
                    dealValueMinorUnits: 70, product: "suite", technologies: ["k8s"], requiredCertifications: ["iso"],
                    residency: "eu"),
                evaluation: evaluation)),
            WireOfferMade.with {
                $0.offerID = "O"
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.round = 2
                $0.answerByMicros = 9
                $0.cause = .declined
                $0.terms = wireTerms
                $0.lead = .with {
                    $0.country = "IT"
                    $0.region = "south"
                    $0.language = "it"
                    $0.vertical = "steel"
                    $0.employees = 250
                    $0.dealValueMinorUnits = 70
                    $0.product = "suite"
                    $0.technologies = ["k8s"]
                    $0.requiredCertifications = ["iso"]
                    $0.residency = "eu"
                }
                $0.evaluation = wireEvaluation
            }
        ),
        (
            .offerClosed(OfferClosed(
                offerID: "O", leadID: "L", partnerID: "P", round: 2, status: .counterNotWorth, reason: .price, terms: terms)),
            WireOfferClosed.with {
                $0.offerID = "O"
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.round = 2
                $0.status = .counterNotWorth
                $0.reason = .price
                $0.terms = wireTerms
            }
        ),
        (
            .shadowDecided(ShadowDecided(leadID: "L", partnerID: "P", evaluation: evaluation)),
            WireShadowDecided.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.evaluation = wireEvaluation
            }
        ),
        (
            .assignmentExpired(
                AssignmentExpired(leadID: "L", partnerID: "P", attempt: 2, respondBy: Timestamp(micros: 9))),
            WireAssignmentExpired.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.attempt = 2
                $0.respondByMicros = 9
            }
        ),
        (
            .rightRecorded(RightRecorded(leadID: "L", right: .objection, subjects: [Digest128(low: 1, high: 2)])),
            WireRightRecorded.with {
                $0.leadID = "L"
                $0.right = .objection
                $0.subjectIds = [Data(Digest128(low: 1, high: 2).bytes)]
            }
        ),
        (
            .recipientInformed(RecipientInformed(leadID: "L", partnerID: "P", right: .rectification)),
            WireRecipientInformed.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.right = .rectification
            }
        ),
        (
            .personLinkChanged(PersonLinkChanged(
                leadID: "L", subject: Digest128(low: 1, high: 2), linkedSubject: Digest128(low: 3, high: 4),
                isInferred: true, isLinked: true)),
            WirePersonLinkChanged.with {
                $0.leadID = "L"
                $0.subjectID = Data(Digest128(low: 1, high: 2).bytes)
                $0.linkedSubjectID = Data(Digest128(low: 3, high: 4).bytes)
                $0.inferred = true
                $0.linked = true
            }
        ),
        (
            .claimChanged(ClaimChanged(
                leadID: "L", partnerID: "P", claimID: "c", status: .conflicting, reason: .heldByAnother,
                until: Timestamp(micros: 9), conflictingPartnerID: "Q", account: Digest128(low: 1, high: 2))),
            WireClaimChanged.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.claimID = "c"
                $0.status = .conflicting
                $0.reason = .heldByAnother
                $0.untilMicros = 9
                $0.conflictingPartnerID = "Q"
                $0.accountPseudonym = Data(Digest128(low: 1, high: 2).bytes)
            }
        ),
        (
            .starvationAnnounced(StarvationAnnounced(
                partnerID: "P", kind: .share, cause: .price, rule: "r", since: Timestamp(micros: 3), until: Timestamp(micros: 9),
                leads: 4, of: 5, valueMinorUnits: 6, ofValueMinorUnits: 7, leadsLookedAt: 8, leadsSo: 2)),
            WireStarvationAnnounced.with {
                $0.partnerID = "P"
                $0.kind = .share
                $0.cause = .price
                $0.rule = "r"
                $0.sinceMicros = 3
                $0.untilMicros = 9
                $0.leads = 4
                $0.of = 5
                $0.valueMinorUnits = 6
                $0.ofValueMinorUnits = 7
                $0.leadsLookedAt = 8
                $0.leadsSo = 2
            }
        ),
        (
            .holderIneligible(HolderIneligible(
                leadID: "L", partnerID: "P", rule: "r", cause: .profileChanged, response: .reroute)),
            WireHolderIneligible.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.rule = "r"
                $0.cause = .profileChanged
                $0.response = .reroute
            }
        ),
        (
            .partnerSuspended(PartnerSuspended(
                partnerID: "P", until: Timestamp(micros: 9), missedDeadlines: 3, withinDays: 30)),
            WirePartnerSuspended.with {
                $0.partnerID = "P"
                $0.untilMicros = 9
                $0.missedDeadlines = 3
                $0.withinDays = 30
            }
        ),
        (
            .leadLinkChanged(LeadLinkChanged(leadID: "L", otherLeadID: "M", link: .sameCompany, linked: true)),
            WireLeadLinkChanged.with {
                ($0.leadID, $0.otherLeadID, $0.linked) = ("L", "M", true)
                $0.link = .sameCompany
            }
        ),
        (
            .partnerReinstated(PartnerReinstated(partnerID: "P", byVendor: true, answeredInTime: true)),
            WirePartnerReinstated.with {
                $0.partnerID = "P"
                $0.byVendor = true
                $0.answeredInTime = true
            }
        ),
        (
            .retentionApplied(RetentionApplied(leadID: "L", category: .otherLead, closedAt: Timestamp(micros: 9), keptDays: 90, subject: Digest128(low: 1, high: 2))),
            WireRetentionApplied.with {
                $0.leadID = "L"
                $0.category = .otherLead
                $0.closedMicros = 9
                $0.keptDays = 90
                $0.subjectID = Data(Digest128(low: 1, high: 2).bytes)
            }
        ),
        (
            .assignmentEnded(AssignmentEnded(leadID: "L", partnerID: "P", attempt: 2, cause: .partnerPaused)),
            WireAssignmentEnded.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.attempt = 2
                $0.cause = .partnerPaused
            }
        ),
        (
            .firstResponseMet(FirstResponseMet(leadID: "L", partnerID: "P", elapsedMicros: 7)),
            WireFirstResponseMet.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.elapsedMicros = 7
            }
        ),
        (
            .leadEscalated(
                LeadEscalated(leadID: "L", reason: .ownerAtCap, queue: "q", evaluation: evaluation)),
            WireLeadEscalated.with {
                $0.leadID = "L"
                $0.reason = .ownerAtCap
                $0.queue = "q"
                $0.evaluation = wireEvaluation
            }
        ),
    ]
}

private var endingPairs: [(Event, any Message)] {
    [
        (
            .leadClosed(
                LeadClosed(
                    leadID: "L", partnerID: "P", reason: .erased, amountMinorUnits: 6, learned: true,
                    rate: RateUsed(currency: "USD", rateMicros: 7, validFrom: Timestamp(micros: 0), position: 0))),
            WireLeadClosed.with {
                $0.rate = .with {
                    $0.currency = "USD"
                    $0.rateMicros = 7
                    $0.validFromMicros = 0
                    $0.position = 0
                }
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.reason = .erased
                $0.amountMinorUnits = 6
                $0.learned = true
            }
        ),
        (
            .leadMerged(LeadMerged(leadID: "L", intoLeadID: "K", sameID: true)),
            WireLeadMerged.with {
                $0.leadID = "L"
                $0.intoLeadID = "K"
                $0.sameID = true
            }
        ),
        (
            .outcomeWaiting(OutcomeWaiting(leadID: "L", until: Timestamp(micros: 8))),
            WireOutcomeWaiting.with {
                $0.leadID = "L"
                $0.untilMicros = 8
            }
        ),
        (
            .outcomeUnmatched(OutcomeUnmatched(leadID: "L", waitingPosition: .max)),
            WireOutcomeUnmatched.with {
                $0.leadID = "L"
                $0.waitingPosition = .max
            }
        ),
        (
            .inputDisregarded(InputDisregarded(subject: "L", reason: .alreadyRegistered)),
            WireInputDisregarded.with {
                $0.subject = "L"
                $0.reason = .alreadyRegistered
            }
        ),
        (
            .reviewOpened(ReviewOpened(leadID: "L", partnerID: "P")),
            WireReviewOpened.with {
                $0.leadID = "L"
                $0.partnerID = "P"
            }
        ),
        (
            .reviewResolved(ReviewResolved(leadID: "L", overridden: true)),
            WireReviewResolved.with {
                $0.leadID = "L"
                $0.overridden = true
            }
        ),
        (
            .commissionAccrued(
                CommissionAccrued(
                    leadID: "L", partnerID: "P", amountMinorUnits: 4, rateBasisPoints: 50, shareBasisPoints: 60,
                    reversibleUntil: Timestamp(micros: 0))),
            WireCommissionAccrued.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.amountMinorUnits = 4
                $0.rateBasisPoints = 50
                $0.shareBasisPoints = 60
                $0.reversibleUntilMicros = 0
            }
        ),
        (
            .commissionReversed(
                CommissionReversed(leadID: "L", partnerID: "P", amountMinorUnits: 4, rateBasisPoints: 50)),
            WireCommissionReversed.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.amountMinorUnits = 4
                $0.rateBasisPoints = 50
            }
        ),
        (
            .answerCredited(
                AnswerCredited(leadID: "L", partnerID: "P", elapsedMicros: 4, respondBy: Timestamp(micros: 9))),
            WireAnswerCredited.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.elapsedMicros = 4
                $0.respondByMicros = 9
            }
        ),
        (
            .reminderDue(
                ReminderDue(leadID: "L", partnerID: "P", respondBy: Timestamp(micros: 9), reminder: 2, reminders: 3)),
            WireReminderDue.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.respondByMicros = 9
                $0.reminder = 2
                $0.reminders = 3
            }
        ),
        (
            .returnChanged(ReturnChanged(
                leadID: "L", partnerID: "P", reasonID: "wrong", meaning: .badData, status: .waiting,
                until: Timestamp(micros: 9), creditsUsed: 2, creditsMax: 3)),
            WireReturnChanged.with {
                $0.leadID = "L"
                $0.partnerID = "P"
                $0.reasonID = "wrong"
                $0.meaning = .badData
                $0.status = .waiting
                $0.untilMicros = 9
                $0.creditsUsed = 2
                $0.creditsMax = 3
            }
        ),
    ]
}
