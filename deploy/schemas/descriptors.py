"""Reads a descriptor set so that our own options, comments and cross references are at hand."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "leadline.v1"
INPUT_TOPICS = ("leadline.controls", "leadline.partners", "leadline.intents", "leadline.outcomes", "leadline.leads")

Field = descriptor_pb2.FieldDescriptorProto


class SchemaError(Exception):
    """The .proto files say something that the generator cannot honour."""


class Schemas:
    """All messages and enums by full name, without the leading dot."""

    def __init__(self, described: bytes):
        plain = descriptor_pb2.FileDescriptorSet.FromString(described)
        pool = descriptor_pool.DescriptorPool()
        for file in plain.file:
            pool.Add(file)
        # Options are extensions; only message classes from the pool that holds them can read them.
        set_class = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.protobuf.FileDescriptorSet"))
        self._options = {name: pool.FindExtensionByName(f"{PACKAGE}.{name}") 
                         for name in ("clear", "personal", "topic", "limits", "since_logic")}
        self._kinds = pool.FindEnumTypeByName(f"{PACKAGE}.PersonalData").values_by_number
        self._forms = pool.FindEnumTypeByName(f"{PACKAGE}.TextForm").values_by_number
        self.messages, self.enums, self._comments = {}, {}, {}
        for file in set_class.FromString(described).file:
            if file.package == PACKAGE:
                self._add(file)

    def _add(self, file):
        comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
        for index, message in enumerate(file.message_type):
            if message.nested_type or message.enum_type or message.extension:
                raise SchemaError(f"{message.name}: nested declarations and maps are not supported")
            self.messages[f"{PACKAGE}.{message.name}"] = message
            self._note(message.name, comments.get((4, index)))
            for number, field in enumerate(message.field):
                self._note(f"{message.name}.{field.name}", comments.get((4, index, 2, number)))
        for index, enum in enumerate(file.enum_type):
            self.enums[f"{PACKAGE}.{enum.name}"] = enum
            self._note(enum.name, comments.get((5, index)))
            for number, value in enumerate(enum.value):
                self._note(f"{enum.name}.{value.name}", comments.get((5, index, 2, number)))

    def _note(self, name, comment):
        if comment and comment.strip():
            self._comments[name] = " ".join(comment.split())

    def comment(self, *names):
        """The comment on a declaration, e.g. on "Money" or on "Money", "currency"."""
        name = ".".join(names)
        if name not in self._comments:
            raise SchemaError(f"{name}: has no comment, and the published documents need one")
        return self._comments[name]

    def field_comment(self, message, field):
        """The comment on a field, or else on the message that it holds."""
        inner = self.message_of(field)
        if inner is not None and f"{message.name}.{field.name}" not in self._comments:
            return self.comment(inner.name)
        return self.comment(message.name, field.name)

    def option(self, declaration, name):
        """The option's value, or None where it is not set."""
        extension = self._options[name]
        return declaration.options.Extensions[extension] if declaration.options.HasExtension(extension) else None

    def topic(self, message):
        return self.option(message, "topic")

    def clear(self, field):
        return self.option(field, "clear")

    def personal(self, field):
        """The kind of personal data as a lower-case word, or None."""
        kind = self.option(field, "personal")
        return kind and self._kinds[kind].name.removeprefix("PERSONAL_DATA_").lower().replace("_", "-")

    def limits(self, field):
        """What values the field may have; None where its type says all."""
        return self.option(field, "limits")

    def is_required(self, field):
        limits = self.limits(field)
        return limits is not None and limits.required

    def text_form(self, field):
        """The form of a text as a lower-case word, e.g. "word"; None where any text will do."""
        limits = self.limits(field)
        return limits and limits.text and self._forms[limits.text].name.removeprefix("TEXT_FORM_").lower() or None

    def since_logic(self, field):
        """The first logic version that knows the field."""
        return self.option(field, "since_logic") or 0

    def with_topic(self):
        """Messages that travel on a topic, in the order of declaration."""
        return [message for message in self.messages.values() if self.topic(message)]

    def inputs(self):
        """Input messages by the number of their field in Input.body, which is the topics' rank too."""
        bodies = {field.type_name.lstrip("."): field.number for field in self.messages[f"{PACKAGE}.Input"].field
                  if field.HasField("oneof_index")}
        found = [message for message in self.with_topic() if self.topic(message) in INPUT_TOPICS]
        for message in found:
            if f"{PACKAGE}.{message.name}" not in bodies:
                raise SchemaError(f"{message.name}: is an input but has no field in Input.body")
        return sorted(((bodies[f"{PACKAGE}.{message.name}"], message) for message in found), key=lambda pair: pair[0])

    def message_of(self, field):
        """The message a field holds, or None for scalars, enums and foreign messages."""
        return self.messages.get(field.type_name.lstrip(".")) if field.type == Field.TYPE_MESSAGE else None


def is_repeated(field):
    return field.label == Field.LABEL_REPEATED


def lower_camel(name):
    """`partner_id` or `LeadSubmitted` as Swift and JSON spell a member."""
    head, *rest = name.split("_")
    return head[0].lower() + head[1:] + "".join(word.capitalize() for word in rest)


def choices(message):
    """The fields of each oneof that the .proto file wrote (proto3 `optional` makes others)."""
    groups = {}
    for field in message.field:
        if field.HasField("oneof_index") and not field.proto3_optional:
            groups.setdefault(field.oneof_index, []).append(field)
    return list(groups.values())
