/// The memory that patches are applied in, made once: an execution is to be short. What the patch before left there is
/// not cleared, as on a device.
struct Workspaces {
  private let all = Profile.allCases.map { profile in
    Emphasis.allCases.map { emphasis in
      unsafe memory(PatchHeader(profile: profile, emphasis: emphasis, base: 0, result: 0).workspaceBytes)
    }
  }

  /// The memory for a patch.
  subscript(header: PatchHeader) -> UnsafeMutableRawBufferPointer {
    unsafe all[Int(header.profile.rawValue)][Int(header.emphasis.rawValue)]
  }
}
