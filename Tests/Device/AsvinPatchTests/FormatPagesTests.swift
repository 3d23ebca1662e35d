import AsvinFixtures
import Testing

@testable import AsvinPatch
@testable import AsvinPatchBuilder
@testable import AsvinPatchHost

/// A row without a constant fails, and so does a constant without a row.
@Suite("The pages of the patch header and of feature bits beside the format")
struct FormatPagesTests {
  static func header(
    _ profile: Profile = .standard, _ emphasis: Emphasis = .references, base: UInt32 = 0, result: UInt32 = 0,
    inPlace: Windows.InPlace? = nil
  ) -> PatchHeader {
    PatchHeader(profile: profile, emphasis: emphasis, base: base, result: result, inPlace: inPlace)
  }

  static let inPlace = Windows.InPlace(blockBits: 12, spareBlocks: 1)

  static func bytes(_ header: PatchHeader) -> [UInt8] { (0..<header.byteCount).map { header.bytes[$0] } }

  /// The offsets at which two headers differ.
  static func difference(_ left: PatchHeader, _ right: PatchHeader) -> [Int] {
    let (left, right) = (bytes(left), bytes(right))
    return left.indices.filter { left[$0] != right[$0] }
  }

  @Test func `Every byte of a header is in the row of its field`() throws {
    let known = Self.header(inPlace: Self.inPlace)
    let geometry = Windows.InPlace(blockBits: 13, spareBlocks: 2)
    // What each field changes when it alone changes; the profile also changes how much the checkpoint holds.
    let fields = [
      ("mark", [0]),
      ("form", Self.difference(Self.header(), Self.header(.linux, .literals))),
      ("base", Self.difference(known, Self.header(base: .max, inPlace: Self.inPlace))),
      ("result", Self.difference(known, Self.header(result: .max, inPlace: Self.inPlace))),
      ("geometry", Self.difference(known, Self.header(inPlace: geometry))),
      ("checkpoint", Self.difference(known, Self.header(.tiny, inPlace: Self.inPlace)).filter { $0 != 1 }),
    ]
    let rows = fields.map { ["\($1.first ?? -1)", "\($1.count)", $0] }
    let page = try FormatPage("PatchHeader").rows(under: "Header")
    #expect(page.map { Array($0.prefix(3)) } == rows)
    #expect(fields.flatMap(\.1) == Array(0..<known.byteCount))
    let always = page.filter { !$0[3].hasPrefix("In place only") }.compactMap { Int($0[1]) }.reduce(0, +)
    #expect(always == Self.header().byteCount)
    #expect(page[0][3] == Self.hexadecimal(Self.bytes(known)[0]))
    #expect(page[1][3].hasPrefix(Self.hexadecimal(Self.bytes(Self.header())[1])))
  }

  static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: 2 - digits.count) + digits
  }

  @Test func `Every value of the second byte is a row`() throws {
    let start = Self.bytes(Self.header())[1]
    var rows = Profile.allCases.map { [Self.hexadecimal(Self.bytes(Self.header($0))[1] - start), "\($0)"] }
    rows.append([Self.hexadecimal(Self.bytes(Self.header(inPlace: Self.inPlace))[1] - start), "inPlace"])
    rows += Emphasis.allCases.dropFirst().map {
      [Self.hexadecimal(Self.bytes(Self.header(.standard, $0))[1] - start), "\($0)"]
    }
    #expect(try FormatPage("PatchHeader").rows(under: "Values of the second byte", columns: 2) == rows)
  }

  @Test func `A header is read with the geometry of the table and with no other`() throws {
    var (bits, spares): (Set<UInt32>, Set<UInt32>) = ([], [])
    for block in UInt32(0)..<32 {
      for spare in UInt32(0)..<8 {
        let bytes = Self.bytes(Self.header(inPlace: Windows.InPlace(blockBits: block, spareBlocks: spare)))
        guard (try? PatchHeader(bytes.span)) != nil else { continue }  // refused: it is outside the table
        bits.insert(block)
        spares.insert(spare)
      }
    }
    let ranges = [bits, spares].map { ["\($0.min() ?? 0)", "\($0.max() ?? 0)"] }
    #expect(try FormatPage("PatchHeader").rows(under: "Geometry in place").map { Array($0[1...2]) } == ranges)
  }

  @Test func `The memory of every profile is a row`() throws {
    var rows: [[String]] = []
    for profile in Profile.allCases {
      for emphasis in Emphasis.allCases {
        for inPlace in [nil, profile == .linux ? nil : Self.inPlace].prefix(profile == .linux ? 1 : 2) {
          let header = Self.header(profile, emphasis, inPlace: inPlace)
          rows.append([
            "\(profile)", "\(emphasis)", inPlace == nil ? "no" : "yes", "\(header.tables.covers)",
            "\(header.workspaceBytes)",
          ])
        }
      }
    }
    #expect(try FormatPage("PatchHeader").rows(under: "Memory") == rows)
  }

  @Test func `The first byte of every kind of patch is a row`() throws {
    let rows = [
      [Self.hexadecimal(Self.bytes(Self.header())[0]), "PatchHeader"],
      [Self.hexadecimal(StreamPatch.magic), "StreamPatch"], [Self.hexadecimal(LongPatch.magic), "LongPatch"],
    ]
    #expect(try FormatPage("PatchHeader").rows(under: "Patches for Linux", columns: 2) == rows)
  }

  @Test func `Every instruction set is a feature bit after the one for in place`() throws {
    let sets = InstructionSet.allCases.filter { $0 != .none }.map { ["\($0.rawValue)", "\($0)"] }
    let rows = [["0", "inPlace"]] + sets + [["\(sets.count + 1)", "stored"]]
    #expect(try FormatPage("FeatureBits").rows(under: "Bits", columns: 2) == rows)
    let rule = try Shared.projectText("Sources/Device/AsvinManifest/manifest.cddl")
    #expect(rule.contains("feature bits: 0 in-place, 1.. instruction-set handlers"))
  }
}
