import ChildPrograms
import Foundation
import Testing

/// Goal: a settings file from anywhere is read at once or refused at once. Method: files whose aliases multiply, in
/// every place of the grammar where they can, and files that are pipes; after public reports (cases 28 and 29).
@Suite struct SettingsFileTests {
    /// Each anchor holds the one before it nine times.
    private static func levels(_ inner: (String) -> String) -> String {
        var text = "a0: &a0 x\n"
        for level in 1...12 {
            let uses = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) \(inner(uses))\n"
        }
        return text
    }

    private static let bombs = [
        levels { "[\($0)]" }, levels { "{k: [\($0)]}" },
        levels { "[\($0)]" } + "? *a12\n: x\n", levels { "[\($0)]" } + "*a12 : x\n",
        levels { "[\($0)]" } + "? [*a12]\n: x\n", levels { "[\($0)]" } + "[*a12]: x\n",
        levels { "[\($0)]" } + "? {*a12 : x}\n: x\n", levels { "[\($0)]" } + "last: {{k: *a12}: x}\n",
    ]

    private static func founded() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("init", binary.data, "--master-key-file", binary.key, "--key-seed", "test")
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        return binary
    }

    @Test func aliasesThatMultiplyAreRefusedWhereverYAMLIsRead() throws {
        let binary = try Self.founded()
        for bomb in Self.bombs {
            let file = try binary.file("bomb.yaml", bomb)
            for command in [
                ["policy", "apply", "-f", file], ["partners", "apply", "-f", file], ["program", "set", "-f", file],
                ["import", "--from", binary.data, "--mapping", file],
            ] {
                let result = try binary.run(command)
                #expect(result.code == 2, "\(command): \(result.err)")
            }
        }
        try binary.remove()
    }

    @Test func anAliasMayStandForWhatIsWrittenTwice() throws {
        let binary = try Self.founded()
        let file = try binary.file(
            "partners.yaml",
            "partners:\n  - partner_id: one\n    countries: &south [IT, ES]\n  - partner_id: two\n    countries: *south\n")
        let result = try binary.run(["partners", "apply", "--dry-run", "-f", file])
        #expect(result.code == 0 && result.out.contains("two"), "\(result.err)")
        try binary.remove()
    }

    @Test func aFileMayBeAPipe() throws {
        let binary = try Self.founded()
        let partners = binary.data + "/partners.yaml"
        let command = "\(try Binary.executable().path) partners apply --dry-run --data \(binary.data) -f"
        for line in ["\(command) <(cat \(partners))", "cat \(partners) | \(command) /dev/stdin", "cat \(partners) | \(command) -"] {
            #expect(try ChildProgram("/bin/bash", ["-c", line]).run() == .exited(0), "\(line)")
        }
        try binary.remove()
    }
}
