package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// Verifies a complete bundle: the envelope as a device does, then every payload against its digest.
package struct BundleVerification: Sendable {
  package var bundle: String
  /// The trusted public keys.
  package var trust: [KeyReference]
  /// The required domain of the vendor, or `nil` for any.
  package var vendor: String?
  /// The required name of the class, or `nil` for any. It needs the vendor.
  package var deviceClass: String?
  /// The rollback floor, or `nil` for none.
  package var floor: UInt64?
  /// The sequence number of the release that the device runs.
  package var baseSequence: UInt64?
  /// The number of trusted keys that must have signed.
  package var threshold = 1

  package init(bundle: String, trust: [KeyReference]) {
    self.bundle = bundle
    self.trust = trust
  }

  /// Verifies the bundle.
  ///
  /// - Returns: the verdict, which can be a rejection.
  /// - Throws: ``Failure`` without a verdict: wrong arguments, or a file that cannot be read.
  package func run(in environment: Environment) throws(Failure) -> Verdict {
    let environment = environment.oneRun()
    let acceptance = try acceptance(in: environment)
    do throws(Failure) {
      let open = try OpenBundle(bundle, in: environment)
      let release = try open.verify(acceptance, in: environment).release
      return Verdict(release, of: open)
    } catch {
      guard let reason = error.reason else { throw error }
      return Verdict(bundle: bundle, reason: reason, failure: error)
    }
  }

  func acceptance(in environment: Environment) throws(Failure) -> Acceptance {
    guard !trust.isEmpty else {
      throw Failure(
        .usage, "no key to trust is given, and nothing is accepted without one",
        hint:
          "give the signer's public key with --trust KEY.pub.pem; the keys of \(ProjectFile.fileName) are for publish"
          + " and device-header, and are not used here")
    }
    let keys = try trust.trustedKeys(threshold: threshold, in: environment)
    var acceptance = Acceptance(trust: keys)
    acceptance.threshold = threshold
    if let vendor {
      acceptance.vendor = try DeviceClass.vendor(vendor)
      if let deviceClass {
        acceptance.deviceClass = try DeviceClass(vendor: vendor, name: deviceClass).deviceClass
      }
    } else if deviceClass != nil {
      throw Failure(.usage, "--class needs --vendor", hint: "a class is its vendor's")
    }
    acceptance.floor = floor
    acceptance.baseSequence = baseSequence
    return acceptance
  }
}

/// The result of a verification.
package struct Verdict: Encodable, Sendable {
  /// `accepted` or `rejected`.
  package let result: String
  /// The name of the reason, or `accepted`.
  package let reason: String
  /// The reason code, or 0.
  package let code: UInt8
  package let bundle: String
  /// The release that was accepted.
  package let release: ReleaseReport?
  /// The key ids of the trusted keys that signed.
  package let signers: [String]
  /// The cause in words.
  package let message: String?
  /// The next step.
  package let hint: String?

  /// Whether the release is accepted.
  package var isAccepted: Bool { code == 0 }

  init(_ release: VerifiedRelease, of open: OpenBundle) {
    result = "accepted"
    reason = "accepted"
    code = 0
    bundle = open.name
    self.release = ReleaseReport(release.manifest, bytes: open.reader.manifest)
    signers = release.signers.map { $0.keyID(using: OpenSSL()).hexadecimal }
    message = nil
    hint = nil
  }

  init(bundle: String, reason: Reason, failure: Failure) {
    result = "rejected"
    self.reason = "\(reason.name)"
    code = reason.rawValue
    self.bundle = bundle
    release = nil
    signers = []
    message = failure.message
    hint = failure.hint
  }
}
