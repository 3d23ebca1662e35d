import AsvinCrypto
import AsvinManifest

/// The content id of a file in IPFS: a CIDv0, as kubo computes it with its profile `unixfs-v0-2015`. Chunks of 256 KiB are
/// each wrapped in a dag-pb node, in a balanced tree of 174 links a node. The id is the SHA-256 of the root in base58btc.
///
/// The bytes arrive in pieces. The computation keeps one chunk, and 174 links for each level.
package struct ContentID: ~Copyable {
  private static let chunkBytes = 262_144
  private static let linksPerNode = 174

  private var chunk: [UInt8] = []
  private var levels: [[Link]] = []

  /// A link to a node.
  private struct Link {
    let digest: Digest
    /// Bytes of the file below the node.
    let fileBytes: UInt64
    /// Encoded bytes of the node and of all nodes below it.
    let treeBytes: UInt64
  }

  package init() {}

  package mutating func update(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      chunk.append(bytes[index])
      if chunk.count == Self.chunkBytes { endChunk() }
    }
  }

  /// Returns the id of the bytes added.
  package consuming func finish() -> String {
    if !chunk.isEmpty || levels.isEmpty { endChunk() }
    var level = 0
    // Nodes that are not full are added to the level above as well, until one node is left.
    while level < levels.count - 1 || levels[level].count > 1 {
      let links = levels[level]
      if !links.isEmpty { add(Self.node(of: links), at: level + 1) }
      level += 1
    }
    return Self.base58([0x12, 0x20] + levels[level][0].digest.array)
  }

  private mutating func endChunk() {
    var file = Protobuf()
    file.varint(1, 2)
    if !chunk.isEmpty { file.bytes(2, chunk) }
    file.varint(3, UInt64(chunk.count))
    var node = Protobuf()
    node.bytes(1, file.encoded)
    add(Self.link(node.encoded, fileBytes: UInt64(chunk.count), childBytes: 0), at: 0)
    chunk.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ link: Link, at level: Int) {
    if level == levels.count { levels.append([]) }
    // A full node is added to the level above when the next link arrives, so that the last node always has a link.
    if levels[level].count == Self.linksPerNode {
      let full = levels[level]
      levels[level] = []
      add(Self.node(of: full), at: level + 1)
    }
    levels[level].append(link)
  }

  private static func node(of links: [Link]) -> Link {
    var node = Protobuf()
    for link in links {
      var encoded = Protobuf()
      encoded.bytes(1, [0x12, 0x20] + link.digest.array)
      encoded.bytes(2, [])
      encoded.varint(3, link.treeBytes)
      node.bytes(2, encoded.encoded)
    }
    let fileBytes = links.reduce(0) { $0 + $1.fileBytes }
    var file = Protobuf()
    file.varint(1, 2)
    file.varint(3, fileBytes)
    for link in links { file.varint(4, link.fileBytes) }
    node.bytes(1, file.encoded)
    return link(node.encoded, fileBytes: fileBytes, childBytes: links.reduce(0) { $0 + $1.treeBytes })
  }

  private static func link(_ encoded: [UInt8], fileBytes: UInt64, childBytes: UInt64) -> Link {
    Link(
      digest: SHA256.digest(of: encoded.span), fileBytes: fileBytes, treeBytes: UInt64(encoded.count) + childBytes)
  }

  private static func base58(_ bytes: [UInt8]) -> String {
    let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    var digits: [Int] = []
    for byte in bytes {
      var carry = Int(byte)
      for index in digits.indices {
        carry += digits[index] << 8
        (digits[index], carry) = (carry % 58, carry / 58)
      }
      while carry > 0 {
        digits.append(carry % 58)
        carry /= 58
      }
    }
    return String(decoding: digits.reversed().map { alphabet[$0] }, as: UTF8.self)
  }
}

/// An encoder for the two kinds of Protocol Buffers fields that dag-pb and UnixFS use.
private struct Protobuf {
  private(set) var encoded: [UInt8] = []

  mutating func varint(_ field: UInt8, _ value: UInt64) {
    encoded.append(field << 3)
    append(value)
  }

  mutating func bytes(_ field: UInt8, _ value: [UInt8]) {
    encoded.append(field << 3 | 2)
    append(UInt64(value.count))
    encoded += value
  }

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      encoded.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    encoded.append(UInt8(rest))
  }
}
