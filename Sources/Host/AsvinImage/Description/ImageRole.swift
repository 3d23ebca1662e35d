/// What an image is for.
package enum ImageRole: String, Sendable, CaseIterable {
  /// The application, or an image of which nothing else is known.
  case application
  case bootloader
  /// The content of a complete flash: bootloader, other parts, and an application at an offset.
  case flash
  /// A part of a flash that holds data: a file system, settings, a partition table.
  case storage

  /// The role as a noun with its article, as a message shows it.
  package var title: String {
    switch self {
    case .application: "an application"
    case .bootloader: "a bootloader"
    case .flash: "a complete flash image"
    case .storage: "a data partition"
    }
  }
}
