//! `stemma check`: every finding of the rules, a line each, and a report as JSON. Neither holds a sealed value.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use serde::Serialize;

use crate::{
    catalogue::check::Checked,
    config::Config,
    domain::{
        finding::{Finding, RULES, Rule, Severity},
        lang::Lang,
    },
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also write the findings as JSON, with the rules that they rest on
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What is as it should be is counted and not listed.
#[derive(Debug, Serialize)]
struct Report {
    checked: Checked,
    rules: &'static [Rule],
    findings: Vec<Finding>,
}

pub(super) async fn run(config: &Config, args: &Args) -> anyhow::Result<ExitCode> {
    let catalogue = super::open(config).await?;
    let mut findings: Vec<Finding> = Vec::new();
    let listed = |finding: &Finding| {
        if finding.severity != Severity::AsExpected {
            say(finding);
            if args.report.is_some() {
                findings.push(finding.clone());
            }
        }
    };
    let checked = catalogue.check(listed).await?;
    super::say(format_args!(
        "{} records checked: {} errors, {} findings, {} as expected",
        checked.records, checked.errors, checked.findings, checked.as_expected
    ));
    if let Some(path) = &args.report {
        let json = serde_json::to_string_pretty(&Report { checked, rules: &RULES, findings })?;
        std::fs::write(path, json).with_context(|| path.display().to_string())?;
    }
    Ok(if checked.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(finding: &Finding) {
    let (rule, severity) = (finding.rule.code(), finding.severity.code());
    let other = finding.other.as_ref().map(|other| format!(" ({})", other.accession));
    let (subject, text) = (&finding.subject.accession, finding.text.text(Lang::En));
    super::say(format_args!("{severity}\t{rule}\t{subject}{}\t{text}", other.unwrap_or_default()));
}
