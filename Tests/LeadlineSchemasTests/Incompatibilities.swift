import LeadlineSchemas
import SwiftProtobuf

/// How the new schema breaks those who wrote or read messages by the old one, a sentence each; empty if it
/// does not. Besides protobuf's own rules this counts names, which the JSON form carries, and the clear
/// mark: a journal sealed by the old schema must be read by the new one.
func incompatibilities(
    old: Google_Protobuf_FileDescriptorSet, new: Google_Protobuf_FileDescriptorSet
) -> [String] {
    let messages = byName(new.file.flatMap { file in file.messageType.map { ("\(file.package).\($0.name)", $0) } })
    let enums = byName(new.file.flatMap { file in file.enumType.map { ("\(file.package).\($0.name)", $0) } })
    var found = [String]()
    for file in old.file {
        for message in file.messageType {
            let name = "\(file.package).\(message.name)"
            found += messages[name].map { differences(name, message, $0) } ?? ["\(name): message removed"]
        }
        for type in file.enumType {
            let name = "\(file.package).\(type.name)"
            found += enums[name].map { differences(name, type, $0) } ?? ["\(name): enum removed"]
        }
    }
    return found
}

private func byName<Value>(_ pairs: [(String, Value)]) -> [String: Value] {
    Dictionary(pairs) { first, _ in first }
}

private func differences(_ name: String, _ old: MessageDescriptor, _ new: MessageDescriptor) -> [String] {
    var found = [String]()
    if old.options.Leadline_V1_topic != new.options.Leadline_V1_topic {
        found.append("\(name): topic changed")
    }
    for field in old.field {
        if let same = new.field.first(where: { $0.number == field.number }) {
            found += differences("\(name).\(field.name)", field, of: old, same, of: new)
        } else if !isReserved(field, in: new) {
            found.append("\(name).\(field.name): field removed without reserving its number and name")
        }
    }
    return found
}

private func isReserved(_ field: FieldDescriptor, in message: MessageDescriptor) -> Bool {
    // Here the end of a range is exclusive; in enums it is inclusive.
    message.reservedRange.contains { $0.start <= field.number && field.number < $0.end }
        && message.reservedName.contains(field.name)
}

private func differences(
    _ name: String, _ old: FieldDescriptor, of oldMessage: MessageDescriptor,
    _ new: FieldDescriptor, of newMessage: MessageDescriptor
) -> [String] {
    var found = [String]()
    if old.name != new.name || old.jsonName != new.jsonName {
        found.append("\(name): number \(old.number) reused as \(new.name)")
    }
    if old.type != new.type || old.typeName != new.typeName { found.append("\(name): type changed") }
    if old.label != new.label || old.proto3Optional != new.proto3Optional { found.append("\(name): cardinality changed") }
    if choice(old, oldMessage) != choice(new, newMessage) { found.append("\(name): oneof membership changed") }
    switch (old.options.hasLeadline_V1_clear, new.options.hasLeadline_V1_clear) {
    case (true, false): found.append("\(name): clear became sealed")
    case (false, true): found.append("\(name): sealed became clear")
    default: break
    }
    return found
}

/// Name of the oneof that holds the field; nil outside of one. `optional` makes a oneof that nobody wrote.
private func choice(_ field: FieldDescriptor, _ message: MessageDescriptor) -> String? {
    field.hasOneofIndex && !field.proto3Optional ? message.oneofDecl[Int(field.oneofIndex)].name : nil
}

private func differences(
    _ name: String, _ old: Google_Protobuf_EnumDescriptorProto, _ new: Google_Protobuf_EnumDescriptorProto
) -> [String] {
    old.value.compactMap { value in
        if new.value.contains(where: { $0.name == value.name && $0.number == value.number }) { return nil }
        if new.value.contains(where: { $0.name == value.name }) { return "\(name).\(value.name): enum value renumbered" }
        if new.value.contains(where: { $0.number == value.number }) {
            return "\(name).\(value.name): number \(value.number) reused"
        }
        let isReserved = new.reservedRange.contains { $0.start <= value.number && value.number <= $0.end }
            && new.reservedName.contains(value.name)
        return isReserved ? nil : "\(name).\(value.name): enum value removed without reserving its number and name"
    }
}
