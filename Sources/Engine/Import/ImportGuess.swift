import Foundation
import LeadlineCore
import LeadlineSchemas
import TextFormats

/// A mapping to start from, guessed from the heads and values of files.
///
/// What is guessed is said, with how many values speak for it; nothing is imported by it unread.
public struct ImportGuess: Sendable {
    /// The mapping, as YAML, with what was guessed as comments.
    public let yaml: String
    /// What was guessed, and what a person must look at, a sentence each.
    public let notes: [String]

    /// Rows that are looked at in each file.
    static let rowsMax = 2_000

    /// Guesses from files: one of opportunities, and of partners if there is another.
    /// - Throws: `ImportError` for what cannot be read, and where no file has what a lead needs.
    public init(_ paths: [String]) throws {
        let files = try paths.map { try GuessedFile($0) }
        guard let leads = files.first(where: { $0.column(.created) != nil && $0.column(.leadID) != nil })
            ?? files.first(where: { $0.column(.created) != nil })
        else {
            let heads = files.map { "\($0.name): \($0.head.joined(separator: ", "))" }.joined(separator: "; ")
            throw ImportError.file(
                paths.joined(separator: ", "), "no column looks like the date on which a lead came in; there are \(heads)")
        }
        let partners = files.first { $0.name != leads.name && $0.column(.partnerName) != nil }
        var writing = GuessWriting(leads: leads, partners: partners)
        yaml = writing.yaml()
        notes = writing.notes
    }
}

/// What a column may hold.
enum GuessedConcept: CaseIterable {
    case leadID, accountName, accountDomain, created, closed, stage, amount, currency, owner, country, email, phone, givenName,
        familyName, vertical, product, employees, source, partnerName, partnerID, age

    /// Heads of columns as exports have them, in the languages that they come in; the likelier first.
    var heads: [String] {
        switch self {
        case .leadID:
            ["opportunity id", "deal id", "record id", "deal record id", "lead id", "opportunity number", "external id", "potential id", "deal nr", "deal", "vorgangsnummer", "vorgang", "affaire", "trattativa", "oportunidad", "szansa", "id", "nr", "numero", "reference"]
        case .accountName:
            ["account name", "company name", "associated company", "deal organization", "organization", "potential customer", "company", "account", "customer", "firma", "kunde", "kundenname", "cliente", "azienda", "societe", "entreprise", "client", "empresa", "partner name"]
        case .accountDomain: ["company domain name", "website", "domain", "webseite", "sito web", "site web"]
        case .created:
            ["created date", "create date", "created time", "created on", "deal deal created", "deal created", "creation date", "date created", "created", "engage date", "erstellt am", "erstelldatum", "angelegt am", "data creazione", "creato il", "date de creation", "cree le", "creee le", "fecha de creacion", "data de criacao", "aangemaakt op", "data utworzenia", "opened", "date"]
        case .closed:
            ["actual close date", "close date", "closed date", "closing date", "won time", "deal won time", "deal closed on", "closed on", "closed time", "abschlussdatum", "abgeschlossen am", "geschlossen am", "data chiusura", "data di chiusura", "date de cloture", "cloture le", "cloturee le", "fecha de cierre", "data de fecho", "gesloten op", "data zamkniecia", "closed", "expected closing"]
        case .stage:
            ["stage", "deal stage", "deal status", "status", "opportunity status", "status reason", "phase", "verkaufsphase", "fase", "etape", "etapa", "statut", "stato", "estado"]
        case .amount:
            ["amount", "deal value", "actual revenue", "est revenue", "expected revenue", "value", "close value", "revenue", "betrag", "auftragswert", "importo", "valore", "montant", "importe", "valor", "bedrag", "kwota"]
        case .currency:
            ["currency", "deal currency", "amount currency", "deal currency of value", "currency code", "waehrung", "wahrung", "valuta", "devise", "moneda", "moeda", "waluta"]
        case .owner:
            ["partner account", "partner", "channel partner", "partenaire", "socio", "parceiro", "opportunity owner", "deal owner", "owner", "salesperson", "sales agent", "assigned to", "zustandig", "verkaufer", "inhaber", "commerciale", "responsabile", "proprietaire", "responsable", "propietario", "eigenaar", "agent"]
        case .country: ["billing country", "country", "country region", "land", "paese", "pays", "pais", "kraj"]
        case .email: ["email", "e mail", "contact email", "mail"]
        case .phone: ["phone", "telephone", "telefon", "telefono", "phone number"]
        case .givenName: ["first name", "given name", "vorname", "nome", "prenom", "nombre"]
        case .familyName: ["last name", "family name", "surname", "nachname", "cognome", "nom", "apellido"]
        case .vertical: ["industry", "vertical", "branche", "settore", "secteur", "sector", "branza"]
        case .product: ["product", "produkt", "prodotto", "produit", "producto"]
        case .employees: ["employees", "number of employees", "no of employees", "mitarbeiter", "dipendenti", "effectif", "empleados"]
        case .source: ["lead source", "original source", "source", "quelle", "leadquelle", "fonte", "origine", "origen"]
        case .partnerName: ["partner name", "account name", "name", "company name", "display name", "full name", "organization", "firma", "nome", "nom", "nombre", "sales agent", "owner name"]
        case .partnerID: ["partner id", "account id", "record id", "user id", "owner id", "id"]
        case .age: ["age", "days to close", "sales duration", "alter in tagen", "alter"]
        }
    }
}

/// A file's head and first rows.
struct GuessedFile {
    let name: String
    let form: CSVFile.Form
    let head: [String]
    private let rows: [[String]]
    private let columns: [GuessedConcept: Int]

    init(_ path: String) throws {
        name = (path as NSString).lastPathComponent
        do {
            var file = try CSVFile(path: path, encoding: nil, delimiter: nil)
            form = file.form
            guard let first = try file.reader.next() else { throw ImportError.file(path, "it is empty; its first line must name the columns") }
            head = first.fields.map { $0.trimmingCharacters(in: .whitespaces) }
            var rows: [[String]] = []
            while rows.count < ImportGuess.rowsMax, let record = try file.reader.next() {
                if record.fields.count == head.count { rows.append(record.fields.map { $0.trimmingCharacters(in: .whitespaces) }) }
            }
            self.rows = rows
        } catch {
            throw ImportFile.fileError(path, error)
        }
        columns = Self.columns(head.map(Self.plain))
    }

    /// Lower case, no accents, and one blank between words.
    private static func plain(_ head: String) -> String {
        FieldValue.slug(head).unicodeScalars.split(separator: "-").map { String($0) }.joined(separator: " ")
    }

    private static func columns(_ heads: [String]) -> [GuessedConcept: Int] {
        var found: [GuessedConcept: Int] = [:]
        for concept in GuessedConcept.allCases {
            found[concept] = concept.heads.lazy.compactMap { heads.firstIndex(of: $0) }.first
        }
        return found
    }

    /// The head of the column that holds something; nil if none does.
    func column(_ concept: GuessedConcept) -> String? { columns[concept].map { head[$0] } }

    /// Values of a column that are not empty.
    func values(_ concept: GuessedConcept) -> [String] {
        guard let index = columns[concept] else { return [] }
        return rows.map { $0[index] }.filter { !$0.isEmpty }
    }

    var rowCount: Int { rows.count }

    /// True if a column has a value in every row, and no value twice.
    func isKey(_ concept: GuessedConcept) -> Bool {
        let values = values(concept)
        return values.count == rows.count && Set(values).count == values.count && !values.isEmpty
    }
}
