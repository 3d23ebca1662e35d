import AsvinHost
import AsvinCrypto
import AsvinPlatform
import AsvinManifest
import HTTPTypes
import Hummingbird
import NIOCore

/// A reply of immutable bytes that supports resuming: a single range and an entity tag (RFC 9110 §13 and §14).
struct Download {
  private let source: any ByteSource & Sendable
  private let tag: String
  private let request: Request

  init(_ source: any ByteSource & Sendable, tag: Digest, _ request: Request) {
    self.source = source
    self.tag = "\"\(tag.hexadecimal)\""
    self.request = request
  }

  func response() throws -> Response {
    var fields: HTTPFields = [
      .eTag: tag, .acceptRanges: "bytes", .cacheControl: "private, max-age=31536000, immutable",
      .contentType: "application/octet-stream",
    ]
    if let known = request.headers[.ifNoneMatch], ByteRange.tags(in: known).contains(where: { $0 == tag || $0 == "*" })
    {
      return Response(status: .notModified, headers: fields)
    }
    let size = source.size
    var range = 0..<size
    var status = HTTPResponse.Status.ok
    // If the client's range refers to other bytes, it gets the complete content.
    if let wanted = request.headers[.range], request.headers[.ifRange].map({ $0 == tag }) ?? true {
      switch ByteRange(wanted, of: size) {
      case .bytes(let bytes):
        (range, status) = (bytes, .partialContent)
        fields[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(size)"
      case .unsatisfiable:
        throw Refusal(
          status: .rangeNotSatisfiable, message: "the content has \(size) bytes",
          fields: [.contentRange: "bytes */\(size)"])
      case .ignored: break
      }
    }
    return Response(status: status, headers: fields, body: Self.body(source, range))
  }

  /// Returns a body whose bytes are read while it is sent.
  static func body(_ source: any ByteSource & Sendable, _ range: Range<UInt64>) -> ResponseBody {
    ResponseBody(contentLength: Int(range.upperBound - range.lowerBound)) { writer in
      var offset = range.lowerBound
      while offset < range.upperBound {
        let (start, count) = (offset, Int(min(range.upperBound - offset, UInt64(pieceBytes))))
        let piece = try await Workers.files.run { try source.read(at: start, count: count) }
        guard !piece.isEmpty else { throw FileError(.read, "an object", code: 0) }
        try await writer.write(ByteBuffer(bytes: piece))
        offset += UInt64(piece.count)
      }
      try await writer.finish(nil)
    }
  }
}

/// The range of a `Range` field.
enum ByteRange: Equatable {
  case bytes(Range<UInt64>)
  /// A range outside the content.
  case unsatisfiable
  /// An unknown form, or several ranges: the complete content is sent.
  case ignored

  init(_ field: String, of size: UInt64) {
    guard field.hasPrefix("bytes="), !field.contains(",") else {
      self = .ignored
      return
    }
    let parts = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
      self = .ignored
      return
    }
    switch (UInt64(parts[0]), UInt64(parts[1])) {
    case (let first?, let last?) where first <= last:
      self = first < size ? .bytes(first..<min(last, size - 1) + 1) : .unsatisfiable
    case (let first?, nil) where parts[1].isEmpty:
      self = first < size ? .bytes(first..<size) : .unsatisfiable
    case (nil, let count?) where parts[0].isEmpty:
      self = count > 0 && size > 0 ? .bytes(size - min(count, size)..<size) : .unsatisfiable
    default: self = .ignored
    }
  }

  /// Returns the entity tags of a list, without the marks of weak tags.
  static func tags(in field: String) -> [String] {
    field.split(separator: ",").map { part in
      let text = String(part.drop { $0 == " " })
      return text.hasPrefix("W/") ? String(text.dropFirst(2)) : text
    }
  }
}
