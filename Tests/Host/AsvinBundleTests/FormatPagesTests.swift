import AsvinHost
import AsvinBundle
import AsvinFixtures
import AsvinManifest
import Testing

/// A row without a constant fails, and so does a constant without a row.
@Suite("The pages of bundle and sealed stream beside the writers")
struct FormatPagesTests {
  /// The headers of a bundle's members, and what follows the last member.
  static func split(_ bundle: [UInt8]) throws -> (headers: [[UInt8]], rest: [UInt8]) {
    var headers: [[UInt8]] = []
    var place = 0
    while bundle[place] != 0 {
      let header = Array(bundle[place..<place + 512])
      let size = try #require(Int(text(header[124..<136]), radix: 8))
      headers.append(header)
      place += 512 + (size + 511) / 512 * 512
    }
    return (headers, Array(bundle[place...]))
  }

  /// A field's text, without zeros and blanks.
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.filter { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
  }

  @Test func `The members are those of the table, in its order`() throws {
    let (headers, _) = try Self.split(Release().bytes())
    var patterns: [String] = []
    for header in headers {
      let name = Self.text(header[0..<100])
      let pattern =
        if name.hasPrefix("payloads/") {
          "payloads/N" + name.drop { $0 != "-" }
        } else if name.hasPrefix("attachments/") {
          "attachments/NAME"
        } else { name }
      if !patterns.contains(pattern) { patterns.append(pattern) }
    }
    let rows = try FormatPage("Bundle").rows(under: "Members")
    #expect(rows.map { $0[1] } == patterns)
    #expect(rows.map { $0[0] } == ["1", "2", "then", "then", "last"])
  }

  @Test func `Every header has the fields of the table`() throws {
    let rows = try FormatPage("Bundle").rows(under: "Header of a member")
    let (headers, _) = try Self.split(Release().bytes())
    try #require(headers.count > 4)
    var end = 0
    for row in rows {
      let (offset, count) = (try #require(Int(row[0])), try #require(Int(row[1])))
      #expect(offset == end, "\(row[2])")
      end = offset + count
      for header in headers {
        let text = Self.text(header[offset..<end])
        switch row[2] {
        case "name": #expect(!text.isEmpty)
        case "size": #expect(Int(text, radix: 8) != nil)
        case "checksum":
          let sum = header.reduce(0) { $0 + Int($1) } - header[offset..<end].reduce(0) { $0 + Int($1) } + 0x20 * count
          #expect(Int(text, radix: 8) == sum)
        default: #expect(text == (row[3] == "empty" ? "" : row[3]), "\(row[2])")
        }
      }
    }
    #expect(end == 512)
  }

  @Test func `Header, record and end have the sizes of the table`() throws {
    let bundle = try Release(sizes: [1, 1, 1, 1, 1]).bytes()
    let (headers, rest) = try Self.split(bundle)
    let content = (bundle.count - rest.count) / headers.count - 512
    #expect(rest.allSatisfy { $0 == 0 })
    let rows = [["header", "512"], ["record", "\(content)"], ["end", "\(rest.count)"]]
    #expect(try FormatPage("Bundle").rows(under: "Sizes of an archive", columns: 2) == rows)
  }

  private static func stream(_ payload: [UInt8], chunk: UInt64) throws -> [UInt8] {
    try SealedStream(payload, chunk: chunk).source(of: payload).read(at: 0, count: .max)
  }

  @Test func `A sealed stream has the sizes of the examples`() throws {
    let rows = try FormatPage("SealedStream").rows(under: "Examples")
    for row in rows {
      let numbers = row.compactMap { Int($0) }
      try #require(numbers.count == 6)
      #expect(ManifestSchema.chunkRange.contains(UInt64(numbers[1])), "\(row)")
      let (size, chunk) = (numbers[0], UInt64(numbers[1]))
      let stream = try Self.stream([UInt8](repeating: 7, count: size), chunk: chunk)
      let block = (1 << Int(chunk)) + 32
      let blocks = max((stream.count + block - 1) / block, 1)
      let last = stream.count - (blocks - 1) * block
      #expect(numbers == [size, Int(chunk), blocks, stream.count, min(stream.count, block), last], "\(row)")
    }
  }

  @Test func `A block has the sizes of the table`() throws {
    let two = try Self.stream([1, 2] + [UInt8](repeating: 0, count: 511), chunk: 9)
    let usual = try SealedStream([UInt8](repeating: 0, count: 1 << 20))
    let sizes = [
      ("lowest chunk", 1 << ManifestSchema.chunkRange.lowerBound), ("usual chunk", 1 << usual.seal.chunk),
      ("highest chunk", 1 << ManifestSchema.chunkRange.upperBound), ("link", two.count - 513),
    ]
    let rows = sizes.map { [$0, "\($1)", "bytes"] }
    #expect(try FormatPage("SealedStream").rows(under: "Sizes of a block") == rows)
  }
}
