/// Names and versions that a framework sets for every project, so that they do not describe a product.
enum FrameworkDefaults {
  /// `arduino-lib-builder`: the project that Arduino's precompiled libraries for the ESP32 were built in, whose
  /// descriptor every sketch gets. `libespidf`: the same for programs in Rust (esp-idf-sys).
  private static let names: Set<String> = ["arduino-lib-builder", "libespidf"]
  /// What Zephyr writes into an MCUboot header unless `CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION` is set.
  private static let versions: Set<String> = ["0.0.0"]

  /// Moves name and version to the fields for defaults, where a framework set them.
  static func remove(from description: inout ImageDescription) {
    let isFramework = description.projectName.map(names.contains) == true
    if isFramework {
      description.defaultName = description.projectName
      description.projectName = nil
    }
    guard let version = description.version else { return }
    if isFramework || versions.contains(version) || isFrameworkVersion(version, of: description) {
      description.defaultVersion = version
      description.version = nil
      description.hasUnreadableVersion = false
    }
  }

  /// Whether a version is the framework's own: ESP-IDF takes `git describe`, which names the framework where a project
  /// is inside its tree.
  private static func isFrameworkVersion(_ version: String, of description: ImageDescription) -> Bool {
    if version.hasPrefix("esp-idf:") { return true }
    guard let framework = description.frameworkVersion else { return false }
    return version == framework || version == framework + "-dirty" || version + "-dirty" == framework
  }
}
