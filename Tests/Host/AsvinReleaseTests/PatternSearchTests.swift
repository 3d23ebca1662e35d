import Testing

@testable import AsvinRelease

@Suite("Pattern search")
struct PatternSearchTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `It finds the same matches as a search at every offset`(seed: UInt64) {
    // Few values, so that patterns overlap and nearly match all the time.
    let text = SigningFixture.noise(4000, seed: seed).map { $0 % 3 }
    let patterns = (0..<6).map { SigningFixture.noise(9, seed: seed + UInt64($0) * 97).map { $0 % 3 } }
    var expected: Set<[Int]> = []
    for offset in 0...(text.count - PatternSearch.compared) {
      for (index, pattern) in patterns.enumerated()
      where text[offset...].starts(with: pattern.prefix(PatternSearch.compared)) {
        expected.insert([offset, index])
      }
    }
    var found: Set<[Int]> = []
    PatternSearch(patterns).matches(in: text) { found.insert([$0, $1]) }
    #expect(found == expected)
  }
}
