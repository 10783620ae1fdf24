/// The policy and the partners that `leadline init` writes as a start. All names are invented.
enum SampleFiles {
    static func policy(currency: String) -> String {
        """
        # How this program routes leads. Put it into force with 'leadline policy apply -f policy.yaml';
        # --dry-run shows what would change. Every field: Schemas/leadline/v1/policy.proto.
        name: First policy

        # A partner who breaks a hard rule never gets the lead. Looked at in this order; the first that fails is
        # the reason an explanation gives. A lead that does not state a field excludes nobody.
        hard_rules:
          - name: serves-country
            require:
              partner_covers: {lead_field: LEAD_FIELD_COUNTRY, partner_list: PARTNER_LIST_COUNTRIES}
          - name: speaks-language
            require:
              partner_covers: {lead_field: LEAD_FIELD_LANGUAGE, partner_list: PARTNER_LIST_LANGUAGES}
          - name: carries-product
            require:
              partner_covers: {lead_field: LEAD_FIELD_PRODUCT, partner_list: PARTNER_LIST_PRODUCTS}
          - name: holds-certifications
            require:
              partner_covers: {lead_field: LEAD_FIELD_REQUIRED_CERTIFICATIONS, partner_list: PARTNER_LIST_CERTIFICATIONS}
          - name: keeps-data-in-region
            require:
              partner_covers: {lead_field: LEAD_FIELD_RESIDENCY, partner_list: PARTNER_LIST_RESIDENCIES}
          - name: large-deals-need-tier-2   # deals of 100,000 and more
            require:
              any:
                predicates:
                  - lead_number_within: {lead_number: LEAD_NUMBER_DEAL_VALUE_MINOR_UNITS, at_most: 9999999}
                  - partner_tier_at_least: {tier: 2}

        # What counts as a good fit; the weights are normalised by their sum. How partners answer and how long their deals
        # take counts too, a fortieth of all these each unless it is stated, as in intent: 5, acceptance: 5,
        # response_time: 5, cycle_length: 5. With mode: FIT_WEIGHTS_MODE_LEARNED the weights follow what partners accept.
        fit_weights: {vertical: 30, country: 15, language: 10, deal_size: 20, technologies: 10, win_rate: 15}

        # A partner who has not responded by then loses the lead to the next.
        sla:
          first_response_minutes: 240
          in_working_hours: true
          reminder_minutes_before: 60         # an event for the partner's system; 0 is none
          # reminders: [{after_basis_points: 5000}]   # and once half of the promised time has passed

        # Other promises for some leads or partners; the first that holds counts, else the one above.
        # service_levels:
        #   - name: large-deals
        #     when: {lead_number_within: {lead_number: LEAD_NUMBER_DEAL_VALUE_MINOR_UNITS, at_least: 10000000}}
        #     sla: {first_response_minutes: 30, reminder_minutes_before: 10}
        # cool_down_minutes: 480              # after a missed deadline the partner gets no leads for so long

        attempts_max: 3                       # then a human gets it
        minimum_conversion_basis_points: 0    # 100 is 1 %; 0 is no minimum

        # What is assumed before outcomes have taught anything: 20 % of deals are won, worth 8 deals of evidence.
        prior_win_rate_basis_points: 2000
        prior_strength_deals: 8
        fit_fade_outcomes: 200                # after so many outcomes, fit counts half as much

        period_days: 7                        # caps and floors a period
        period_anchor: 2026-01-05T00:00:00Z   # a Monday
        default_deal_value_minor_units: 2500000   # \(currency), where the lead states no value
        # exchange_rates:                     # leads in other currencies go to a human
        #   - {currency: USD, rate_micros: 920000}

        same_person_days: 30                  # the same person again within so many days is the same lead
        owner_first: true                     # who works with an account gets its next leads
        ownership_days: 365
        deal_horizon_days: 365                # a deal nobody speaks of any more is lost by then
        human_queue: partner-managers
        # escalation_ladder:                  # where a lead goes that nobody took out of the queue before in time
        #   - {queue: head-of-channel, after_minutes: 240}   # working_hours, time_zone, holiday_calendar: when they count
        # claims: {protected_days: 90, approval: CLAIM_APPROVAL_BY_RULE, answer_days: 14}   # partners may claim accounts
        # suspension: {missed_deadlines: 3, within_days: 30, suspended_days: 7, moves_leads: true}   # no leads for a while
        # starvation: {floor_after_basis_points: 7500, idle_days: 14, share_basis_points: 5000}   # who gets too little is announced
        # rule_break: RULE_BREAK_RESPONSE_REROUTE   # a fact changed, and the holder breaks a hard rule: the lead moves
        # presence: PRESENCE_MODE_PREFER     # what waiting until a partner is at work costs is taken off; or ..._HOLD
        # holiday_calendars:                  # days without work; 'leadline policy holidays FILE.ics' writes them
        #   - {name: italy, countries: [IT], dates: ["2026-12-25", "2026-12-26"]}
        # attributes:                         # own attributes of leads that stand in clear; all others are sealed
        #   - {name: lead_score, type: ATTRIBUTE_TYPE_CHOICE, values: [A1, A2, B]}
        #   - {name: visits, type: ATTRIBUTE_TYPE_NUMBER, at_least: 0, at_most: 100000}
        # undeclared_attributes: UNDECLARED_ATTRIBUTES_REFUSED   # a lead with any other is refused
        # places_back: {declined: true}       # a declined lead counts for the partner's period no more
        # returns:                            # how leads come back; bad data counts against the lead's source
        #   credits_per_period_max: 2         # returns for bad data that give a partner its turn and place back
        #   reasons:
        #     - {id: wrong-number, meaning: REFUSAL_REASON_BAD_DATA, wordings: [{language: en, text: The number is wrong}]}
        # clawback_days: 90                   # how long after a win its commission is taken back; absent is always
        # ownership_keeps_turn: true          # an owner's lead does not cost it its turn among equals
        # decline_keeps_turn: true            # nor does a lead that it declines

        # When a human decides instead: large deals, or a choice that is unlikely to win.
        # retention: {closed_deal_days: 730, other_lead_days: 90, dead_letter_days: 90}   # then the keys are destroyed; 0 is never
        # approved_by: head-of-channel          # an id of a role, for the policy's card; no name or address
        # review: {deal_value_at_least_minor_units: 50000000, conversion_below_basis_points: 300}
        #   source_quality_below_basis_points, beside these: leads of a source whose leads come back for bad data
        # lawful_bases: [consent, contract, legitimate-interest]   # a lead without one is not evaluated at all
        # shadow: true                        # only say what would be done; every lead goes to a human

        """
    }

    static func partners(currency: String) -> String {
        """
        # The partners of this program. Apply with 'leadline partners apply -f partners.yaml'; a profile replaces the
        # one before it, and what outcomes taught about the partner stays. Names and addresses are sealed in the
        # journal. A partner that is not in this file stays as it is.
        # Every field: Schemas/leadline/v1/partners.proto.
        partners:
          # Manufacturing in the north of Italy, mid-sized deals, a team of four.
          - partner_id: alpi-automazione
            name: Alpi Automazione
            contact_email: leads@alpi-automazione.example
            countries: [IT, CH]
            languages: [it, en]
            verticals: [manufacturing, food]
            products: [line-control, line-vision]
            technologies: [opc-ua, siemens-s7]
            certifications: [iso-27001]
            residencies: [eu]
            tier: 2
            typical_deal_min: {minor_units: 1500000, currency: \(currency)}
            typical_deal_max: {minor_units: 25000000, currency: \(currency)}
            capacity: {open_leads_max: 40, leads_per_period_max: 25}
            # segments of a capacity cap leads of one kind: [{lead_field: LEAD_FIELD_VERTICAL, value: food, leads_per_period_max: 5}]
            time_zone: Europe/Rome
            working_hours: &office            # Monday to Friday, 9 to 18 local time
              - {weekday: 1, from_minute: 540, until_minute: 1080}
              - {weekday: 2, from_minute: 540, until_minute: 1080}
              - {weekday: 3, from_minute: 540, until_minute: 1080}
              - {weekday: 4, from_minute: 540, until_minute: 1080}
              - {weekday: 5, from_minute: 540, until_minute: 1080}

          # The largest: everything in the German-speaking countries, big deals.
          - partner_id: rhein-systeme
            name: Rhein Systeme
            contact_email: partner@rhein-systeme.example
            countries: [DE, AT, CH]
            languages: [de, en]
            verticals: [manufacturing, automotive, logistics]
            products: [line-control, line-vision, fleet-track]
            technologies: [opc-ua, sap, azure]
            certifications: [iso-27001, tisax]
            residencies: [eu]
            tier: 3
            typical_deal_min: {minor_units: 5000000, currency: \(currency)}
            typical_deal_max: {minor_units: 90000000, currency: \(currency)}
            capacity: {open_leads_max: 120, leads_per_period_max: 60}
            time_zone: Europe/Berlin
            working_hours: *office

          # Retail and hospitality in France and the Benelux, many small deals.
          - partner_id: lumiere-conseil
            name: Lumière Conseil
            contact_email: bonjour@lumiere-conseil.example
            countries: [FR, BE, LU]
            languages: [fr, en, nl]
            verticals: [retail, hospitality, food]
            products: [store-sense, fleet-track]
            technologies: [shopware, azure]
            certifications: [iso-27001]
            residencies: [eu]
            tier: 1
            typical_deal_max: {minor_units: 6000000, currency: \(currency)}
            capacity: {open_leads_max: 60, leads_per_period_max: 40, leads_per_period_min: 5, floor_value_minor_units_per_period: 5000000}
            time_zone: Europe/Paris
            working_hours: *office

          # The Nordics: logistics and energy. NO is Norway here, not false.
          - partner_id: fjord-data
            name: Fjord Data
            contact_email: hei@fjord-data.example
            countries: [NO, SE, DK, FI]
            languages: ["no", sv, da, en]
            verticals: [logistics, energy]
            products: [fleet-track, line-control]
            technologies: [azure, opc-ua]
            certifications: [iso-27001, iso-14001]
            residencies: [eu, eea]
            tier: 2
            typical_deal_min: {minor_units: 2000000, currency: \(currency)}
            typical_deal_max: {minor_units: 40000000, currency: \(currency)}
            capacity: {open_leads_max: 50, leads_per_period_max: 30}
            time_zone: Europe/Oslo
            working_hours: *office

          # Two people in Iberia; caps keep them from drowning.
          - partner_id: tajo-digital
            name: Tajo Digital
            contact_email: hola@tajo-digital.example
            countries: [ES, PT]
            languages: [es, pt, en]
            verticals: [retail, food, hospitality]
            products: [store-sense, line-vision]
            technologies: [aws, shopware]
            residencies: [eu]
            tier: 1
            typical_deal_max: {minor_units: 4000000, currency: \(currency)}
            capacity: {open_leads_max: 15, leads_per_period_max: 8}
            time_zone: Europe/Madrid
            working_hours: *office

          # The Gulf and the United Kingdom, round the clock, large energy deals.
          - partner_id: gulf-bridge
            name: Gulf Bridge Technologies
            contact_email: desk@gulf-bridge.example
            countries: [AE, SA, QA, GB]
            languages: [en, ar]
            verticals: [energy, logistics, hospitality]
            products: [fleet-track, line-control, store-sense]
            technologies: [aws, sap]
            certifications: [iso-27001]
            residencies: [gcc, uk]
            tier: 2
            typical_deal_min: {minor_units: 4000000, currency: \(currency)}
            typical_deal_max: {minor_units: 120000000, currency: \(currency)}
            capacity: {open_leads_max: 80, leads_per_period_max: 40}

        """
    }
}
