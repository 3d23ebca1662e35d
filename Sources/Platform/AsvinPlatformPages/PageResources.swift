import AsvinPlatformAPI

/// The files in the folder `Resources`, which are parts of the program.
enum PageResources {
  static var templates: [String: String] {
    let files: [String: [UInt8]] = [
      "account": PackageResources.account_mustache,
      "account-tabs": PackageResources.account_tabs_mustache,
      "audit": PackageResources.audit_mustache,
      "bars": PackageResources.bars_mustache,
      "device": PackageResources.device_mustache,
      "device-remove": PackageResources.device_remove_mustache,
      "devices": PackageResources.devices_mustache,
      "devices-remove": PackageResources.devices_remove_mustache,
      "file-group": PackageResources.file_group_mustache,
      "file-groups": PackageResources.file_groups_mustache,
      "firmware": PackageResources.firmware_mustache,
      "firmware-withdraw": PackageResources.firmware_withdraw_mustache,
      "group": PackageResources.group_mustache,
      "groups": PackageResources.groups_mustache,
      "home": PackageResources.home_mustache,
      "layout": PackageResources.layout_mustache,
      "new-password": PackageResources.new_password_mustache,
      "problem": PackageResources.problem_mustache,
      "release": PackageResources.release_mustache,
      "rollout": PackageResources.rollout_mustache,
      "rollout-end": PackageResources.rollout_end_mustache,
      "rollout-new": PackageResources.rollout_new_mustache,
      "rollout-preview": PackageResources.rollout_preview_mustache,
      "rollout-rows": PackageResources.rollout_rows_mustache,
      "rollouts": PackageResources.rollouts_mustache,
      "sign-in": PackageResources.sign_in_mustache,
      "start": PackageResources.start_mustache,
      "time": PackageResources.time_mustache,
      "tokens": PackageResources.tokens_mustache,
      "upload": PackageResources.upload_mustache,
      "users": PackageResources.users_mustache,
      "welcome": PackageResources.welcome_mustache,
    ]
    return files.mapValues { String(decoding: $0, as: UTF8.self) }
  }

  static func catalog(_ language: PageLanguage) -> [UInt8] {
    switch language {
    case .en: PackageResources.en_json
    case .de: PackageResources.de_json
    }
  }

  static var style: [UInt8] { PackageResources.style_css }
  static var script: [UInt8] { PackageResources.script_js }
  static var icon: [UInt8] { PackageResources.icon_svg }
}
