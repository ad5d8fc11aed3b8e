//! What a bank does with its own records: issue a certificate, and look up who received what.

use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::NaiveDate;

use super::{open, say};
use crate::{
    catalogue::{certificate::Order, distribution::Received},
    config::Config,
    domain::{lang::Lang, qc::standard::QcStandard},
};

/// Issues a certificate of analysis and prints its accession.
#[derive(Debug, clap::Args)]
pub(super) struct Certify {
    /// Accession of the lot or cord-blood unit
    subject: String,
    /// Code of the standard, with or without its version: `iscbi`, `iscbi:2009`
    #[arg(long, value_name = "CODE[:VERSION]")]
    standard: String,
    /// Number of the certificate
    #[arg(long)]
    number: String,
    /// Accession of the bank that issues it
    #[arg(long, value_name = "ACCESSION")]
    issuer: String,
    /// Who approves it; nobody who did one of the tests
    #[arg(long, value_name = "NAME")]
    approver: String,
    /// Accession of the certificate that it takes the place of
    #[arg(long, value_name = "ACCESSION")]
    supersedes: Option<String>,
}

pub(super) async fn certify(config: &Config, args: Certify) -> anyhow::Result<()> {
    let catalogue = open(config).await?;
    let (code, version) = match args.standard.split_once(':') {
        Some((code, version)) => (code, Some(version)),
        None => (args.standard.as_str(), None),
    };
    let Some(standard) = catalogue.standard(code, version) else {
        let known: Vec<String> = catalogue.standards().iter().map(QcStandard::key).collect();
        bail!("no such standard; those known are {}", known.join(", "));
    };
    let order = Order {
        subject: args.subject,
        number: args.number,
        issuer: args.issuer,
        approver: args.approver,
        supersedes: args.supersedes,
    };
    say(format_args!("{}", catalogue.certify(&order, standard).await?));
    Ok(())
}

/// Prints who received a record or something that came of it, as CSV.
pub(super) async fn recipients(config: &Config, accession: &str) -> anyhow::Result<ExitCode> {
    let catalogue = open(config).await?;
    let received = catalogue.recipients(accession).await?;
    let mut table = csv::Writer::from_writer(std::io::stdout());
    table.write_record(HEADINGS).context("the list cannot be written")?;
    for one in &received {
        table.write_record(row(one)).context("the list cannot be written")?;
    }
    table.flush().context("the list cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

const HEADINGS: [&str; 13] = [
    "distribution",
    "sent_on",
    "item",
    "vials",
    "recipient",
    "user_type",
    "country",
    "purpose",
    "agreement_number",
    "conditions_told",
    "received_on",
    "receipt_remarks",
    "outcome",
];

fn row(one: &Received) -> [String; 13] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let receipt = one.receipt.clone().unwrap_or_default();
    [
        one.distribution.clone(),
        day(one.sent_on),
        one.item.clone(),
        one.vials.map(|vials| vials.to_string()).unwrap_or_default(),
        one.recipient.clone(),
        one.user_type.map(|user| user.label(Lang::En).to_owned()).unwrap_or_default(),
        text(&one.country),
        one.purpose.map(|purpose| purpose.label(Lang::En).to_owned()).unwrap_or_default(),
        text(&one.agreement_number),
        one.conditions_told.join("; "),
        day(receipt.on),
        text(&receipt.remarks),
        text(&one.outcome),
    ]
}
