import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

/// A row without a constant fails, and so does a constant without a row.
@Suite("The pages of reasons and feature bits beside the verifier")
struct FormatPagesTests {
  @Test func `Every reason is a row with its code and name`() throws {
    let reasons = Reason.allCases.map { ["\($0.rawValue)", "\($0.name)"] }
    #expect(try FormatPage("ReasonCodes").rows(under: "Codes", columns: 2) == reasons)
  }

  @Test func `Every reason is in one range of the overview, and no range is empty`() throws {
    let ranges = try FormatPage("ReasonCodes").rows(under: "Overview").map { row in
      let ends = row[0].split(separator: "–").compactMap { UInt8($0) }
      return try #require(ends.count == 2 ? ends[0]...ends[1] : nil)
    }
    for reason in Reason.allCases { #expect(ranges.count { $0.contains(reason.rawValue) } == 1, "\(reason)") }
    for range in ranges { #expect(Reason.allCases.contains { range.contains($0.rawValue) }, "\(range)") }
    for (before, after) in zip(ranges, ranges.dropFirst()) { #expect(before.upperBound + 1 == after.lowerBound) }
  }

  @Test func `Only the bit for stored patches makes an unsealed patch usable`() throws {
    let rows = try FormatPage("FeatureBits").rows(under: "Bits", columns: 2)
    let usable = try (0..<64).filter { bit in
      let patch = PayloadChoiceTests.patch(from: PayloadChoiceTests.base, features: 1 << UInt64(bit), chunk: nil)
      return try PayloadChoiceTests.choice([patch], features: .max) != nil
    }
    #expect(usable.map { ["\($0)", "stored"] } == rows.filter { $0[1] == "stored" })
  }
}
