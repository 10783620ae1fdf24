"""Says how a new descriptor set breaks those who wrote or read messages by an older one.

The tests hold the committed set to the .proto files with a fuller check of their own; this one keeps the
generator from quietly replacing the committed set by a breaking one.
"""

from google.protobuf import descriptor_pb2


def messages_and_enums(descriptor_set):
    messages = {f"{file.package}.{m.name}": m for file in descriptor_set.file for m in file.message_type}
    enums = {f"{file.package}.{e.name}": e for file in descriptor_set.file for e in file.enum_type}
    return messages, enums


def shape(message, field):
    """All of a field that its readers rely on; unread options come along as unknown fields."""
    choice = ""
    if field.HasField("oneof_index") and not field.proto3_optional:
        choice = message.oneof_decl[field.oneof_index].name
    return field.name, field.type, field.label, field.type_name, choice, field.proto3_optional, is_clear(field)


def shape_without_presence(message, field):
    """The same for readers of a field that told 0 from absent by nothing: what they read is what they read before."""
    name, type_, label, type_name, choice, _, clear = shape(message, field)
    return name, type_, label, type_name, choice, False, clear


def is_clear(field):
    # Without our extension registered, option 50001 stands in the serialised options as this tag.
    return b"\x8a\xb5\x18" in field.options.SerializeToString()


def is_reserved(owner, number, name, inclusive):
    in_range = any(r.start <= number < r.end + inclusive for r in owner.reserved_range)
    return in_range and name in owner.reserved_name


def breaking_changes(old: bytes, new: bytes):
    old_messages, old_enums = messages_and_enums(descriptor_pb2.FileDescriptorSet.FromString(old))
    new_messages, new_enums = messages_and_enums(descriptor_pb2.FileDescriptorSet.FromString(new))
    found = [f"{name}: removed" for name in {**old_messages, **old_enums} if name not in new_messages and name not in new_enums]
    for name, before in old_messages.items():
        if name in new_messages:
            found += changed_fields(name, before, new_messages[name])
    for name, before in old_enums.items():
        after = new_enums.get(name)
        for value in before.value if after is not None else ():
            if (value.name, value.number) not in {(v.name, v.number) for v in after.value} \
                    and not is_reserved(after, value.number, value.name, 1):
                found.append(f"{name}.{value.name}: removed or renumbered")
    return found


def changed_fields(name, before, after):
    fields = {field.number: field for field in after.field}
    if before.options.SerializeToString() != after.options.SerializeToString():
        yield f"{name}: topic changed"
    for field in before.field:
        now = fields.get(field.number)
        if now is None and not is_reserved(after, field.number, field.name, 0):
            yield f"{name}.{field.name}: removed without reserving its number and name"
        if now is not None and shape(before, field) not in (shape(after, now), shape_without_presence(after, now)):
            yield f"{name}.{field.name}: number {field.number} changed its meaning"
