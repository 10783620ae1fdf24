import ChildPrograms
import Foundation
import LeadlineSchemas
import SwiftProtobuf

/// The folder Schemas of this checkout.
enum SchemaFiles {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Schemas")

    static func data(_ path: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: path))
    }

    static func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path()).sorted()
    }

    /// The committed descriptor set.
    static func committed() throws -> Google_Protobuf_FileDescriptorSet {
        try descriptorSet(data("leadline-v1.binpb"))
    }

    static func descriptorSet(_ data: Data) throws -> Google_Protobuf_FileDescriptorSet {
        try Google_Protobuf_FileDescriptorSet(serializedBytes: data, extensions: Leadline_V1_Options_Extensions)
    }
}

/// `protoc`, where there is one.
enum Protoc {
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/protoc" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    struct Failed: Error {
        let ending: ChildProgram.Ending
    }

    /// The descriptor set of the .proto files as they are now.
    static func compile() throws -> Google_Protobuf_FileDescriptorSet {
        let target = FileManager.default.temporaryDirectory.appending(path: "leadline-\(UUID().uuidString).binpb")
        // A scrap left in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(at: target) }
        let files = try SchemaFiles.names(in: "leadline/v1").filter { $0.hasSuffix(".proto") }.map { "leadline/v1/\($0)" }
        var protoc = ChildProgram(path ?? "", ["-I.", "-I/usr/include", "--descriptor_set_out=\(target.path())"] + files)
        protoc.folder = SchemaFiles.folder.path
        let ending = try protoc.run()
        guard ending == .exited(0) else { throw Failed(ending: ending) }
        return try SchemaFiles.descriptorSet(Data(contentsOf: target))
    }
}
