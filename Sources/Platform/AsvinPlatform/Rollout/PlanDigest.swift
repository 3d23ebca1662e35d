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
    writer.text(Array((rules.window?.digestText ?? "").utf8))
    writer.text(Array(rules.success.rawValue.utf8))
    writer.bool(rules.endsWhenDone)
    writer.text(Array(rules.pace.digestText.utf8))
    writer.text(Array(times.digestText.utf8))
    writer.bool(needsApproval)
    return SHA256.digest(of: writer.bytes.span)
  }

  /// The decisions that the digest covers, in its order.
  package static let decisions = [
    "name", "maintainer", "firmware", "start", "groups", "batch", "waves", "successThreshold", "failureThreshold",
    "retries", "window", "success", "endsWhenDone", "pace", "times", "needsApproval",
  ]
}

extension DailyWindow {
  fileprivate var digestText: String {
    let days = Weekday.allCases.filter(days.contains).map(\.rawValue).joined(separator: ",")
    return "\(first) \(end) \(days)\(isDeviceTime ? " device" : "")"
  }
}

extension Pace {
  fileprivate var digestText: String { "\(soak) \(atOnce ?? 0) \(bytesPerSecond ?? 0) \(stalled.rawValue)" }
}

extension TimeRules {
  fileprivate var digestText: String { "\(offered ?? 0) \(downloading ?? 0) \(installed ?? 0) \(deadline ?? 0)" }
}
