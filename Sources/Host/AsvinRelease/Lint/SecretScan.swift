import AsvinHost
import AsvinBundle

/// Searches an image for private keys, and for public keys whose private key is published.
enum SecretScan {
  /// Returns all findings in an image, one for each place.
  static func findings(in image: FirmwareImage) throws -> [LintFinding] {
    let signatures = SecretSignature.all
    let search = PatternSearch(signatures.map(\.start))
    let overlap = UInt64(PatternSearch.compared - 1)
    var findings: [LintFinding] = []
    var offset: UInt64 = 0
    while offset < image.source.size {
      let piece = try image.source.read(at: offset, count: pieceBytes)
      guard piece.count > PatternSearch.compared else { break }
      var places: [(offset: UInt64, signature: SecretSignature)] = []
      search.matches(in: piece) { places.append((offset + UInt64($0), signatures[$1])) }
      for (place, signature) in places where try signature.isMatch(in: image.source, at: place) {
        findings.append(signature.finding(at: place, in: image.name))
        if findings.count == 16 { return findings }
      }
      // The next piece overlaps this one, so that a pattern across the boundary is found.
      offset += UInt64(piece.count) - overlap
    }
    return findings
  }
}
