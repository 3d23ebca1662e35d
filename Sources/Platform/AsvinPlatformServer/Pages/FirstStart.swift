import AsvinCrypto
import AsvinManifest
import Synchronization

/// The permission to create the first user, by a link on the server's console. It lasts until it is used or the process
/// ends, and exists only while no workspace has a user.
final class FirstStart: Sendable {
  private let code: Mutex<String?>

  /// - Parameter isNeeded: whether no workspace has a user.
  init(isNeeded: Bool) { code = Mutex(isNeeded ? SecretText.new() : nil) }

  /// The path and the code of the link; `nil` if it was used.
  var path: String? { code.withLock { $0.map { "\(ConsolePages.root)/start?code=\($0)" } } }

  func isCode(_ text: String) -> Bool {
    code.withLock { code in
      guard let code else { return false }
      return MessageCode.isSame(AccessSecret.digest(of: text), AccessSecret.digest(of: code))
    }
  }

  /// Uses the code up.
  ///
  /// - Returns: whether it was valid. Of two forms that are sent at once, one gets `true`.
  func use(_ text: String) -> Bool {
    code.withLock { code in
      guard let known = code, MessageCode.isSame(AccessSecret.digest(of: text), AccessSecret.digest(of: known)) else {
        return false
      }
      code = nil
      return true
    }
  }

  /// Makes the code valid again, because the user could not be created.
  func restore(_ text: String) { code.withLock { $0 = text } }
}
