//! Karyotypes, HLA and STR of a line, as written and as read. Typings are those that a source has published.

use super::View;
use crate::{
    domain::{
        hla::{self, HlaTyping},
        karyotype::{Karyotype, KaryotypeClone, check},
        str_profile::StrProfile,
    },
    web::{
        i18n::{self, words},
        page::{Block, Item, Table},
    },
};

impl View<'_> {
    pub(super) fn karyotypes(&self) -> Vec<Block> {
        let t = words(self.lang);
        let karyotypes = self.line.all(|facts| &facts.karyotypes);
        if karyotypes.is_empty() {
            return [t.not_stated, t.not_tested].map(|text| Block::Text(text.to_owned())).into();
        }
        karyotypes.into_iter().flat_map(|text| self.karyotype(text)).collect()
    }

    fn karyotype(&self, text: &str) -> Vec<Block> {
        let (t, rows, lang) = (words(self.lang), self.rows(), self.lang);
        let written = Block::Heading(text.to_owned());
        let Ok(read) = Karyotype::parse(text) else {
            let problem = check(text).err().map(|problem| problem.to_string());
            let unread = Item::new(t.iscn_unread).note(problem.unwrap_or_default());
            return vec![written, Block::Rows(vec![rows.row(t.read_as, [unread])])];
        };
        let all = read.metaphases();
        let clone = |clone: &KaryotypeClone| {
            let cells = clone.metaphases.map(|cells| i18n::of_all(cells, all, lang));
            let texts = clone.abnormalities.iter().map(|one| Item::new(&*one.text));
            let (fewest, most) = (clone.fewest, clone.most);
            let count =
                if fewest == most { fewest.to_string() } else { format!("{fewest}–{most}") };
            vec![
                Item::new(&*clone.text),
                Item::new(count),
                Item::new(cells.unwrap_or_else(|| t.not_stated.to_owned())),
                Item::stacked(texts, t.no_abnormalities),
            ]
        };
        let table = Table {
            caption: t.clones.to_owned(),
            heads: vec![t.clones, t.chromosomes, t.metaphases, t.abnormalities],
            rows: read.clones.iter().map(clone).collect(),
        };
        let metaphases = all.map(|all| Item::new(all.to_string()));
        let list = vec![
            rows.row(t.read_as, [Item::new(read.normality().label(lang))]),
            rows.row(t.metaphases, metaphases),
        ];
        vec![written, Block::Rows(list), Block::Table(table)]
    }

    pub(super) fn typings(&self) -> Vec<Block> {
        let t = words(self.lang);
        let mut blocks = self.hla();
        let profiles = self.line.public_str_profiles();
        if profiles.is_empty() {
            blocks.push(Block::Rows(vec![self.rows().row(t.str_profiles, [])]));
        }
        blocks.extend(profiles.into_iter().map(|profile| self.str_profile(profile)));
        blocks.push(Block::Text(t.not_tested.to_owned()));
        blocks
    }

    fn hla(&self) -> Vec<Block> {
        let (t, rows, lang) = (words(self.lang), self.rows(), self.lang);
        let written = self.line.public_hla_typings().into_iter().map(Item::new);
        let mut list = vec![rows.row(t.hla, written)];
        let read = self.line.public_hla();
        if read.is_empty() {
            return vec![Block::Rows(list)];
        }
        let homozygosity = hla::homozygosity(&read).label(lang);
        list.push(rows.row(t.homozygosity, [Item::new(homozygosity)]));
        let row = |typing: &HlaTyping| {
            vec![Item::new(typing.locus.to_string()), Item::new(typing.to_string())]
        };
        let table = Table {
            caption: t.hla_read.to_owned(),
            heads: vec![t.locus, t.reading],
            rows: read.iter().map(row).collect(),
        };
        let notice = hla::not_for_clinical_selection(lang).to_owned();
        vec![Block::Rows(list), Block::Table(table), Block::Warning(notice)]
    }

    fn str_profile(&self, profile: &StrProfile) -> Block {
        let t = words(self.lang);
        let row = |(marker, alleles): (&String, &Vec<String>)| {
            vec![Item::new(marker), Item::new(alleles.join(", "))]
        };
        let by = profile.sources.join(", ");
        let caption = if by.is_empty() {
            t.str_profile.to_owned()
        } else {
            format!("{} ({}: {by})", t.str_profile, t.reported_by)
        };
        let rows = profile.markers.iter().map(row).collect();
        Block::Table(Table { caption, heads: vec![t.marker, t.alleles], rows })
    }
}
