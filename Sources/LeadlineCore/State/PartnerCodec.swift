// Canonical bytes of partners.

extension PartnerTable {
    func write(to w: inout StateWriter) {
        w.put(UInt32(count))
        for index in 0..<count {
            profiles[index].write(to: &w)
            w.put(optional: timeZones[index]) { $1.write(to: &$0) }
            w.put(status[index].rawValue)
            w.put(each: absences[index]) { w, absence in
                w.put(absence.id)
                w.put(absence.from)
                w.put(absence.until)
            }
            w.put(openLeads[index])
            w.put(period[index])
            w.put(leadsInPeriod[index])
            w.put(floorPeriod[index])
            w.put(leadsInFloorPeriod[index])
            w.put(tieDebtMicros[index])
            w.put(lastAssigned[index])
            w.put(assignments[index])
            w.put(commissionBasisPoints[index])
            w.put(coolingUntil[index])
            w.put(each: segmentCounts[index]) { $1.write(to: &$0) }
            if w.logicVersion >= 2 { w.put(valueInFloorPeriod[index]) }
        }
    }

    init(from r: inout StateReader, currency: String, _ vocabulary: inout Vocabulary) throws(StateBytesError) {
        for index in 0..<(try r.count()) {
            let profile = try PartnerProfile(from: &r)
            guard self.index(of: profile.partnerID) == nil else { throw .invalid(at: r.at) }
            let zone = try r.optional { (r) throws(StateBytesError) in try TimeZoneRules(from: &r) }
            upsert(profile, timeZone: zone, currency: currency, &vocabulary)
            setStatus(try r.raw(), at: index)
            for _ in 0..<(try r.count()) {
                setAbsence(.init(id: try r.string(), from: try r.timestamp(), until: try r.timestamp()), at: index)
            }
            openLeads[index] = try r.get()
            period[index] = try r.get()
            leadsInPeriod[index] = try r.get()
            floorPeriod[index] = try r.get()
            leadsInFloorPeriod[index] = try r.get()
            tieDebtMicros[index] = try r.get()
            restoreTurn(index, at: try r.timestamp())
            assignments[index] = try r.get()
            commissionBasisPoints[index] = try r.get()
            let coolingUntil = try r.timestamp()
            restore(
                try r.each { (r) throws(StateBytesError) in try SegmentCount(from: &r) }, coolingUntil: coolingUntil,
                at: index)
            if r.logicVersion >= 2 { valueInFloorPeriod[index] = try r.get() }
        }
    }
}

extension PartnerTable.SegmentCount {
    func write(to w: inout StateWriter) {
        w.put(field.rawValue)
        w.put(code)
        w.put(period)
        w.put(leads)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(field: try r.raw(), code: try r.get(), period: try r.get(), leads: try r.get())
    }
}

extension PartnerProfile {
    func write(to w: inout StateWriter) {
        w.put(partnerID)
        for list in PartnerList.allCases { w.put(each: self[list]) { $0.put($1) } }
        w.put(tier)
        w.put(optional: typicalDealMin) { $1.write(to: &$0) }
        w.put(optional: typicalDealMax) { $1.write(to: &$0) }
        w.put(optional: capacity.openLeadsMax) { $0.put($1) }
        w.put(optional: capacity.leadsPerPeriodMax) { $0.put($1) }
        w.put(capacity.leadsPerPeriodMin)
        w.put(each: capacity.segments) { w, cap in
            w.put(cap.leadField.rawValue)
            w.put(cap.value)
            w.put(cap.leadsPerPeriodMax)
        }
        if w.logicVersion >= 2 { w.put(capacity.floorValueMinorUnitsPerPeriod) }
        if w.logicVersion < 7 {
            w.put(rotationWeight ?? 0)
        } else {
            w.put(optional: rotationWeight) { $0.put($1) }
        }
        w.put(timeZone)
        w.put(each: workingHours) { $1.write(to: &$0) }
        if w.logicVersion >= 7 { w.put(holidayCalendar) }
        if w.logicVersion >= 7 { w.put(each: deputies) { $0.put($1) } }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(partnerID: try r.string())
        func list(_ r: inout StateReader) throws(StateBytesError) -> [String] {
            try r.each { (r) throws(StateBytesError) in try r.string() }
        }
        countries = try list(&r)
        regions = try list(&r)
        languages = try list(&r)
        verticals = try list(&r)
        products = try list(&r)
        technologies = try list(&r)
        certifications = try list(&r)
        residencies = try list(&r)
        tier = try r.get()
        typicalDealMin = try r.optional { (r) throws(StateBytesError) in try Money(from: &r) }
        typicalDealMax = try r.optional { (r) throws(StateBytesError) in try Money(from: &r) }
        capacity = Capacity(
            openLeadsMax: try r.optional { (r) throws(StateBytesError) in try r.get() },
            leadsPerPeriodMax: try r.optional { (r) throws(StateBytesError) in try r.get() },
            leadsPerPeriodMin: try r.get(),
            segments: try r.each { (r) throws(StateBytesError) in
                SegmentCap(leadField: try r.raw(), value: try r.string(), leadsPerPeriodMax: try r.get())
            })
        if r.logicVersion >= 2 { capacity.floorValueMinorUnitsPerPeriod = try r.get() }
        if r.logicVersion < 7 {
            let weight: UInt32 = try r.get()
            rotationWeight = weight == 0 ? nil : weight
        } else {
            rotationWeight = try r.optional { (r) throws(StateBytesError) in try r.get() }
        }
        timeZone = try r.string()
        workingHours = try r.each { (r) throws(StateBytesError) in try WorkingHours(from: &r) }
        if r.logicVersion >= 7 { holidayCalendar = try r.string() }
        if r.logicVersion >= 7 { deputies = try list(&r) }
    }
}

extension WorkingHours {
    func write(to w: inout StateWriter) {
        w.put(weekday)
        w.put(fromMinute)
        w.put(untilMinute)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(weekday: try r.get(), fromMinute: try r.get(), untilMinute: try r.get())
    }
}

extension TimeZoneRules {
    func write(to w: inout StateWriter) {
        w.put(tzVersion)
        w.put(each: offsets) { w, offset in
            w.put(offset.from)
            w.put(offset.seconds)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(
            tzVersion: try r.string(),
            offsets: try r.each { (r) throws(StateBytesError) in
                Offset(from: try r.timestamp(), seconds: try r.get())
            })
    }
}

extension PartnerTable {
    func writeAliases(to w: inout StateWriter) {
        w.put(each: aliases) { w, alias in
            w.put(alias.from)
            w.put(alias.into)
        }
    }

    mutating func readAliases(from r: inout StateReader) throws(StateBytesError) {
        for _ in 0..<(try r.count()) {
            let from: UInt32 = try r.get(), into: UInt32 = try r.get()
            guard from < count, into < count, from != into, status[Int(from)] == .removed else {
                throw .invalid(at: r.at)
            }
            setAlias(profiles[Int(from)].partnerID, Int(into))
        }
        guard aliases.allSatisfy({ indexByID[profiles[Int($0.into)].partnerID] == $0.into }) else {
            throw .invalid(at: r.at)
        }
    }
}
