import AsvinBundle
import AsvinCrypto
import AsvinPatchBuilder
import AsvinImage
import AsvinVerifier
import AsvinManifest

extension Failure {
  /// A failure of any error that a lower floor throws, with the name of what was being worked on.
  package init(_ error: any Error, on name: String) {
    switch error {
    case let failure as Failure: self = failure
    case let error as FileError: self.init(error)
    case let error as BundleError: self.init(error, on: name)
    case let rejection as Rejection: self.init(rejection, on: name)
    case let error as CryptoError: self.init(error, on: name)
    case let error as ImageError: self.init(error, on: name)
    case let error as DeltaError: self.init(error, on: name)
    case let error as WireError:
      self.init(
        .rejected, "'\(name)' is malformed: \(error.fault.words) at byte \(error.offset)", reason: .manifestMalformed)
    default: self.init(.failed, "'\(name)': \(error)")
    }
  }

  init(_ error: FileError) {
    if let refusal = error.refusal {
      self.init(refusal, error.path)
      return
    }
    let what = "cannot \(error.operation.rawValue) '\(error.path)': \(error.reason)"
    switch error.operation {
    case .open where error.isMissing:
      self.init(.inputMissing, "'\(error.path)' does not exist", hint: "check the path; '-' reads standard input")
    case .open, .read:
      self.init(error.isPermission ? .notAllowed : .inputMissing, what)
    case .create, .write:
      if error.isExisting {
        self.init(.cannotWrite, "'\(error.path)' exists", hint: "choose another output, or overwrite it with --force")
      } else if error.isFolder {
        self.init(.cannotWrite, "'\(error.path)' is a folder", hint: "name a file in it, as \(error.path)/FILE")
      } else {
        self.init(.cannotWrite, what, hint: "check that the folder exists, is writable and has room")
      }
    }
  }

  private init(_ refusal: FileError.Refusal, _ path: String) {
    switch refusal {
    case .isInput(let input):
      let output = path == "-" ? "standard output" : "the output '\(path)'"
      let name = input == path || input == "-" ? "an input of the same call" : "the input '\(input)'"
      self.init(.cannotWrite, "\(output) is \(name), and an input is never replaced", hint: "choose another output")
    case .isSpecial(let what):
      self.init(
        .cannotWrite, "'\(path)' is \(what), and only a plain file is replaced", hint: "choose another output")
    case .changed:
      self.init(.failed, "'\(path)' changed while it was read", hint: "run again when nothing writes to it")
    case .isLonger(let limit):
      self.init(.rejected, "'\(path)' has more than \(limit) bytes", hint: "check that it is the right file")
    }
  }

  init(_ error: BundleError, on name: String) {
    switch error {
    case .rejected(let reason, let place):
      self.init(.rejected, "'\(name)' is rejected: \(reason.name) (\(place))", hint: reason.hint, reason: reason)
    case .file(let error):
      self.init(error)
    case .overLimit(let limit, let member):
      self.init(.rejected, "'\(member)' has more than \(limit.value) \(limit.name)")
    case .changedWhileRead(let member):
      self.init(.failed, "'\(name)' changed while it was read (\(member))", hint: "run again when nothing writes to it")
    case .library(let operation):
      self.init(.failed, "libarchive could not \(operation)")
    }
  }

  init(_ rejection: Rejection, on name: String) {
    var message = "'\(name)' is rejected: \(rejection.reason.name)"
    if let defect = rejection.defect {
      let part = rejection.reason.rawValue < 20 ? "envelope" : "manifest"
      message += " (\(defect.fault.words) at byte \(defect.offset) of the \(part))"
    }
    self.init(.rejected, message, hint: rejection.reason.hint, reason: rejection.reason)
  }

  init(_ error: ImageError, on name: String) {
    self.init(error, on: name, nil, slot: 0)
  }

  init(_ error: CryptoError, on name: String) {
    switch error {
    case .notAPrivateKey:
      self.init(.rejected, "'\(name)' is not a private key in PEM", hint: "make one with: asvin-pack keygen -o KEY.pem")
    case .notAPublicKey:
      self.init(
        .rejected, "'\(name)' is not a public key in PEM",
        hint: "get it from the private key with: asvin-pack pub KEY.pem -o KEY.pub.pem")
    case .privateKeyInsteadOfPublic:
      self.init(
        .usage, "'\(name)' is a private key where a public key belongs",
        hint: "give the .pub.pem file; a private key stays on the machine that signs")
    case .unsupportedKey:
      self.init(
        .rejected, "'\(name)' is neither an Ed25519 key nor an ECDSA key on P-256",
        hint: "make one with: asvin-pack keygen")
    case .needsPassphrase:
      self.init(
        .notAllowed, "'\(name)' is encrypted and no passphrase is given",
        hint: "set ASVIN_PACK_PASSPHRASE, or use --passphrase-file")
    case .wrongPassphrase:
      self.init(.notAllowed, "the passphrase does not open '\(name)'", hint: "check ASVIN_PACK_PASSPHRASE or the file")
    case .openSSL(let operation):
      self.init(.failed, "openssl could not \(operation) ('\(name)')")
    }
  }
}
