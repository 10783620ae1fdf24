import ChildPrograms
import Foundation
import Testing

/// Goal: keys are made, listed, replaced and ended on the command line, and a server is not opened to others in clear.
@Suite struct AccessCommandTests {
    private static func folder() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key)
        return binary
    }

    @Test func aKeyIsShownOnce() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let made = try #require(
            try binary.mustRun("access", "create", "--role", "producer", "--source", "/web", "--json").objects().first)
        let key = try #require(made["key"] as? String), id = try #require(made["id"] as? String)
        #expect(key.utf8.starts(with: "ll_\(id)_".utf8))
        let listed = try binary.mustRun("access", "list", "--json")
        #expect(!listed.out.contains(key) && listed.out.contains(id))
        let next = try #require(try binary.mustRun("access", "rotate", id, "--json").objects().first)
        #expect(next["principal"] as? String == made["principal"] as? String && next["id"] as? String != id)
        try binary.mustRun("access", "revoke", try #require(next["id"] as? String))
        #expect(try binary.mustRun("access", "list", "--json").objects().allSatisfy { $0["revoked"] != nil })
        #expect(try binary.run("access", "revoke", "0000000000000000").code == 2)
        #expect(try binary.run("access", "create", "--role", "partner").code == 2)
    }

    @Test func noServerSpeaksInClearToOthers() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let result = try binary.run("serve", "--host", "0.0.0.0", "--port", "0")
        #expect(result.code == 2 && result.err.contains("--tls-certificate"), "\(result.err)")
        let half = try binary.run("serve", "--tls-certificate", "x.pem", "--port", "0")
        #expect(half.code == 2 && half.err.contains("Give both"), "\(half.err)")
    }

    /// A first start prints a key, a second does not; both end well when told to.
    @Test func aServerStartsAndStops() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        for isFirst in [true, false] {
            var server = try binary.program(["serve", "--port", "0", "--quiet"])
            let pipe = Pipe()
            server.output = pipe.fileHandleForWriting
            let started = try server.start()
            try pipe.fileHandleForWriting.close()
            var text = ""
            // The last line on the first start names the document; on others there is one line alone.
            while !text.contains(isFirst ? "openapi.json says" : "Serving demo at http://127.0.0.1:") {
                let data = pipe.fileHandleForReading.availableData
                if data.isEmpty { break }
                text += String(decoding: data, as: UTF8.self)
            }
            started.terminate()
            #expect(started.wait() == .exited(0))
            #expect(text.contains("ll_") == isFirst, "\(text)")
        }
    }
}
