import AsvinHost
import AsvinRelease

extension Verdict: Report {
  var exitCode: Int32 { isAccepted ? 0 : Failure.Kind.rejected.rawValue }

  var lines: [String] {
    guard isAccepted else { return ["rejected \(bundle): \(reason) (code \(code))"] }
    var lines = ["accepted \(bundle)"] + (release?.lines ?? [])
    for signer in signers { lines.append(line("key", signer)) }
    return lines
  }

  /// Why a release is rejected goes to standard error too, where a build's log shows it.
  var errors: [String] {
    guard let message else { return [] }
    return ["asvin-pack: error: \(message)"] + (hint.map { ["asvin-pack: hint: \($0)"] } ?? [])
  }
}

extension LintReport: Report {
  var exitCode: Int32 { findings.isEmpty ? 0 : Failure.Kind.rejected.rawValue }

  var lines: [String] {
    guard !findings.isEmpty else { return ["passed \(file)"] }
    return ["refused \(file)"]
      + findings.flatMap { ["  \($0.file): \($0.message) [\($0.rule.rawValue)]", "    hint: \($0.hint)"] }
  }
}

extension Receipt: Report {
  var warnings: [String] {
    signatureChecked ? [] : ["no key to trust is given: the bundle's signature was not checked; give one with --trust"]
  }

  var lines: [String] {
    let done =
      switch result {
      case .published: "published to"
      case .alreadyPublished: "already published to"
      case .wouldPublish: "would be published to"
      }
    return [
      "\(release.name) \(release.version) \(done) group '\(group)' at \(destination)",
      line("sequence", "\(release.sequence)"), line("manifest", release.manifest), line("bundle", release.bundle),
      line("signature", signatureChecked ? "checked" : "not checked"),
    ]
  }
}
