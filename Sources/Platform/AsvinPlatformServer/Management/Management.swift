/// What people and build servers call.
enum Management {
  static let routes: [Route] =
    access + fileGroups + uploads + firmware + deviceGroups + devices + rollouts + rolloutActions
}
