/// The keys of a workspace that its devices log in with.
package enum WorkspaceKey {
  /// The key that logins are signed with.
  case customer
  /// The key that a login names.
  case device

  /// Checks a key that is taken over: devices in the field have theirs compiled in.
  ///
  /// - Throws: ``PlatformError/invalid(_:)``.
  package func check(_ text: String) throws(PlatformError) {
    let (name, longest) = self == .customer ? ("a customer key", 128) : ("a device key", Workspace.longestDeviceKey)
    guard (8...longest).contains(text.utf8.count) else {
      throw .invalid("\(name) has 8 to \(longest) characters, and this one has \(text.utf8.count)")
    }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .invalid("\(name) has printable ASCII characters only, and no blanks")
    }
  }
}
