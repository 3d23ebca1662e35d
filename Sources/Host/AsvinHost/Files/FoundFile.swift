import Glibc

/// A file that was found and not named by the user. Another user could have put it there.
///
/// A project file names keys, images and the destination of releases. Git had the same weakness (CVE-2022-24765).
package struct FoundFile {
  private let path: String
  /// The users whose files are trusted: the caller, root, and the caller of `sudo`.
  private let owners: Set<uid_t>

  package init(_ path: String, sudoUser: String?) {
    self.path = path
    var owners: Set<uid_t> = [geteuid(), 0]
    if geteuid() == 0, let sudoUser, let user = uid_t(sudoUser) { owners.insert(user) }
    self.owners = owners
  }

  /// The reason not to use the file, or `nil` if it can be used.
  ///
  /// - Parameter opened: the file that was opened under the path.
  package func fault(opened: FileIdentity?) -> String? {
    guard opened != nil, FileIdentity(path) == opened else { return "it was replaced while it was read" }
    guard let link = status(path, follows: false), let file = status(path, follows: true),
      let resolved = unsafe realpath(path, nil)
    else { return "it cannot be examined" }
    defer { unsafe free(resolved) }
    for entry in [link, file] where !owners.contains(entry.st_uid) {
      return "it belongs to another user (uid \(entry.st_uid))"
    }
    if file.st_mode & S_IWOTH != 0 { return "every user can write to it" }
    return folderFault(unsafe String(cString: resolved))
  }

  /// The reason not to trust the folders above a resolved path, or `nil` if they are trusted.
  private func folderFault(_ resolved: String) -> String? {
    var (child, isFile) = (resolved, true)
    while child != "/" {
      let slash = child.lastIndex(of: "/") ?? child.startIndex
      let folder = slash == child.startIndex ? "/" : String(child[..<slash])
      guard let entry = status(folder, follows: false) else { return "the folder '\(folder)' cannot be examined" }
      if isFile, !owners.contains(entry.st_uid) {
        return "the folder '\(folder)' belongs to another user (uid \(entry.st_uid))"
      }
      if entry.st_mode & S_IWOTH != 0 {
        // In a sticky folder such as /tmp another user cannot replace an entry of this user.
        let isSticky = entry.st_mode & S_ISVTX != 0
        let isOurs = status(child, follows: false).map { owners.contains($0.st_uid) } ?? false
        if isFile || !isSticky || !isOurs { return "every user can write to the folder '\(folder)'" }
      }
      (child, isFile) = (folder, false)
    }
    return nil
  }

  private func status(_ path: String, follows: Bool) -> stat? {
    var status = Glibc.stat()
    return unsafe (follows ? stat(path, &status) : lstat(path, &status)) == 0 ? status : nil
  }
}
