import AsvinFixtures
import AsvinManifest
import FoundationEssentials
import Testing

/// `ManifestSchema.swift` and `manifest.cddl` describe the same format.
@Suite("The schema beside its CDDL")
struct SchemaTests {
  static func cddl() throws -> String {
    let path = "\(Shared.projectFolder)/Sources/Device/AsvinManifest/manifest.cddl"
    let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    return text.split(separator: "\n").map { $0.prefix { $0 != ";" } }.joined(separator: " ")
  }

  /// The integer keys of a map's rule.
  static func keys(of rule: String) throws -> [UInt64] {
    let text = try cddl()
    let start = try #require(text.firstRange(of: "\(rule) ")?.upperBound)
    let open = try #require(text[start...].firstIndex(of: "{"))
    let close = try #require(text[open...].firstIndex(of: "}"))
    let words = text[open..<close].split { " {,\n".contains($0) }
    return zip(words, words.dropFirst()).compactMap { $1 == "=>" ? UInt64($0) : nil }
  }

  @Test func `Every map has the keys of its rule, and no others`() throws {
    #expect(try Self.keys(of: "envelope  =") == EnvelopeKey.allCases.map(\.rawValue))
    #expect(try Self.keys(of: "protected =") == ProtectedKey.allCases.map(\.rawValue))
    #expect(try Self.keys(of: "manifest  =") == ManifestKey.allCases.map(\.rawValue))
    #expect(try Self.keys(of: "component =") == ComponentKey.allCases.map(\.rawValue))
    #expect(try Self.keys(of: "payload   =") == PayloadKey.allCases.map(\.rawValue))
    #expect(try Self.keys(of: "attachment =") == AttachmentKey.allCases.map(\.rawValue))
  }

  @Test func `The algorithms are those of the CDDL`() throws {
    let rule = SignatureAlgorithm.allCases.map { "\($0.rawValue)" }.joined(separator: " / ")
    #expect(try Self.cddl().contains("algorithm = \(rule)"))
  }

  @Test func `Sizes and ranges are those of the CDDL`() throws {
    let text = try Self.cddl()
    for rule in [
      "3 => bstr .size \(ManifestSchema.identifierBytes)", "4 => bstr .size \(ManifestSchema.identifierBytes)",
      "4 => bstr .size \(ManifestSchema.keyIDBytes)", "nil, bstr .size \(ManifestSchema.signatureBytes)]",
      "3 => bstr .size \(ManifestSchema.digestBytes)",
      "4 => \(ManifestSchema.chunkRange.lowerBound)..\(ManifestSchema.chunkRange.upperBound)",
    ] { #expect(text.contains(rule), "\(rule)") }
  }

  @Test func `Array limits are those of the CDDL`() throws {
    let text = try Self.cddl()
    for (limit, item) in [
      (Limit.signatures, "signature"), (.keySetLinks, "keyset-link"), (.logProofs, "bstr"), (.components, "component"),
      (.payloads, "payload"), (.attachments, "attachment"),
    ] { #expect(text.contains("[1*\(limit.value) \(item)]"), "\(limit)") }
  }
}
