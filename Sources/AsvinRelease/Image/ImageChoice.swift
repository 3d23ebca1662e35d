import AsvinImage

extension ImageChoice {
  /// What is known about a slot: the user's words, then the project's, then the board's.
  ///
  /// - Throws: ``Failure`` for a range that is none.
  init(
    _ options: ReleaseOptions, _ project: ProjectFile, _ template: Template?, slot: UInt64
  ) throws(Failure) {
    self.init()
    family = options.families[slot] ?? (slot == 0 ? project.family : nil)
    chips = template?.chips ?? []
    window = template?.slots[slot]?.range
    range = try (options.ranges[slot] ?? (slot == 0 ? project.range : nil)).map { text throws(Failure) in
      guard let range = AddressRange(text) else {
        throw Failure(
          .usage, "'\(text)' is not a range of addresses", hint: "write first and last address, as 0x8000000-0x80FFFFF")
      }
      return range
    }
  }
}
