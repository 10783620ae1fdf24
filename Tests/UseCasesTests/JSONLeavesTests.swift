import Testing

@testable import UseCases

struct JSONLeavesTests {
    @Test("Plain YAML scalars are what YAML 1.2 says, so that Norway stays a country")
    func scalars() throws {
        let leaves = try JSONLeaves.of(json: "{\"a\": [\"NO\", \"x\"], \"b\": {\"c\": 12}}")
        #expect(leaves.map(\.path) == ["a", "b.c"])
        #expect(leaves.map(\.value) == ["NO, x", "12"])
    }
}
