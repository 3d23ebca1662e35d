import AsvinFixtures
import Testing

@testable import AsvinManifest

/// A row without a constant fails, and a constant without a row fails too.
@Suite("Pages of the formats agree with the schema")
struct FormatPagesTests {
  /// The columns of a field in the parser's table: key, name, type, and whether it is required.
  static func fields<Key: CaseIterable & RawRepresentable<UInt64>>(_ keys: Key.Type, _ table: FieldTable) -> [[String]]
  {
    keys.allCases.map { key in
      let isRequired = table.required >> UInt32(FieldTable.place(key.rawValue)) & 1 == 1
      return ["\(key.rawValue)", "\(key)", type(table.rule(CBORKey(key.rawValue))), isRequired ? "yes" : "no"]
    }
  }

  static func type(_ rule: FieldRule) -> String {
    let (lowest, highest) = (rule.lowest, rule.highest)
    let items = "array of \(lowest) to \(highest)"
    return switch rule {
    case .unknown: "none"
    case .number: "unsigned integer"
    case .size: "unsigned integer, \(lowest) or more"
    case .chunk: "unsigned integer, \(lowest) to \(highest)"
    case .algorithm: "negative integer"
    case .identifier, .digest, .keyID: "byte string of \(highest) bytes"
    case .manifest: "byte string of at most \(highest) bytes"
    case .text: "text"
    case .name: "name of \(lowest) to \(highest) bytes"
    case .components: "\(items) components"
    case .attachments: "\(items) attachments"
    case .payloads: "\(items) payloads"
    case .signatures: "\(items) signatures"
    case .keySetLinks: "\(items) key-set links"
    case .logProofs: "\(items) log proofs"
    }
  }

  @Test func `Every field of a manifest is a row with its key, name, type and whether it is required`() throws {
    let page = try FormatPage("Manifest")
    #expect(try page.rows(under: "Manifest", columns: 4) == Self.fields(ManifestKey.self, .manifest))
    #expect(try page.rows(under: "Component", columns: 4) == Self.fields(ComponentKey.self, .component))
    #expect(try page.rows(under: "Payload", columns: 4) == Self.fields(PayloadKey.self, .payload))
    #expect(try page.rows(under: "Attachment", columns: 4) == Self.fields(AttachmentKey.self, .attachment))
  }

  @Test func `Every field of an envelope is a row with its key, name, type and whether it is required`() throws {
    let page = try FormatPage("Envelope")
    #expect(try page.rows(under: "Envelope", columns: 4) == Self.fields(EnvelopeKey.self, .envelope))
    #expect(try page.rows(under: "Protected header", columns: 4) == Self.fields(ProtectedKey.self, .protected))
  }

  @Test func `Kinds of payloads and algorithms are rows with their numbers`() throws {
    let kinds = PayloadKind.allCases.map { ["\($0.rawValue)", "\($0)"] }
    #expect(try FormatPage("Manifest").rows(under: "Payload kinds", columns: 2) == kinds)
    let algorithms = SignatureAlgorithm.allCases.map { ["\($0.rawValue)", "\($0)", "\($0.publicKeyBytes)"] }
    #expect(try FormatPage("Envelope").rows(under: "Algorithms", columns: 3) == algorithms)
  }

  @Test func `Every limit is a row of one page`() throws {
    let rows =
      try FormatPage("Envelope").rows(under: "Limits of an envelope", columns: 2)
      + FormatPage("Manifest").rows(under: "Limits of a manifest", columns: 2)
      + FormatPage("Bundle").rows(under: "Limits of a bundle", columns: 2)
    let limits = Limit.allCases.map { ["\($0)", "\($0.value)"] }
    #expect(rows.sorted { $0[0] < $1[0] } == limits.sorted { $0[0] < $1[0] })
  }

  @Test func `Every constant of the schema is a row with its value`() throws {
    let values = [
      ["format", "\(ManifestSchema.format)"], ["manifestType", "\(ManifestSchema.manifestType)"],
      ["keySetType", "\(ManifestSchema.keySetType)"], ["identifierBytes", "\(ManifestSchema.identifierBytes)"],
      ["digestBytes", "\(ManifestSchema.digestBytes)"], ["keyIDBytes", "\(ManifestSchema.keyIDBytes)"],
      ["signatureBytes", "\(ManifestSchema.signatureBytes)"],
      ["chunkRange", "\(ManifestSchema.chunkRange.lowerBound) to \(ManifestSchema.chunkRange.upperBound)"],
    ]
    #expect(try FormatPage("Manifest").rows(under: "Constants", columns: 2) == values)
    // Swift cannot list the constants of a type, so they are read from its source.
    let source = try Shared.projectText("Sources/Device/AsvinManifest/ManifestSchema.swift")
    let declared = source.components(after: "public static let ").map { $0.prefix { $0.isLetter } }
    #expect(declared.map { String($0) } == values.map { $0[0] })
  }
}

extension String {
  /// Returns the rest after each occurrence of a text.
  fileprivate func components(after text: String) -> [Substring] {
    ranges(of: text).map { self[$0.upperBound...] }
  }
}
