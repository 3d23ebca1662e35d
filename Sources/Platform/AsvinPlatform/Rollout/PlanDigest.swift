import AsvinCrypto
import AsvinPlatformAPI
package import AsvinManifest

extension RolloutPlan {
  /// SHA-256 of the plan, so that the audit log shows which plan was made and started: of a CBOR array of all decisions of
  /// the plan and its rules. A test compares the list with the members of both types.
  package var digest: Digest {
    var writer = CBORWriter()
    let rules = rules
    writer.head(.array, UInt64(Self.decisions.count))
    writer.text(Array(name.utf8))
    writer.text(Array(maintainer.utf8))
    writer.integer(firmware.value)
    writer.integer(start?.seconds ?? -1)
    writer.text(Array(groups.map(\.value).sorted().map { "\($0)" }.joined(separator: " ").utf8))
    writer.bool(batch == nil)
    writer.text(Array(rules.waves.map(\.text).joined(separator: " ").utf8))
    writer.integer(Int64(rules.successThreshold))
    writer.integer(Int64(rules.failureThreshold ?? 0))
    writer.integer(Int64(rules.retries))
    writer.text(Array((rules.window.map { "\($0.first) \($0.end)" } ?? "").utf8))
    writer.text(Array(rules.success.rawValue.utf8))
    writer.bool(rules.endsWhenDone)
    return SHA256.digest(of: writer.bytes.span)
  }

  /// The decisions that the digest covers, in its order.
  package static let decisions = [
    "name", "maintainer", "firmware", "start", "groups", "batch", "waves", "successThreshold", "failureThreshold",
    "retries", "window", "success", "endsWhenDone",
  ]
}
