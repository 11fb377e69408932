// The image of the apps for several platforms: docker buildx bake --file deploy/docker-bake.hcl
variable "TAG" { default = "admit-one:0.1.0" }

group "default" { targets = ["runtime"] }

target "runtime" {
  context   = "."
  target    = "runtime"
  platforms = ["linux/amd64", "linux/arm64"]
  tags      = [TAG]
}
