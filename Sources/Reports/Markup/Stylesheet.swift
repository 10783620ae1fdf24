/// Classes that pages use; each has its rules in the sheet.
public enum StyleClass: String, Sendable, CaseIterable {
    case lead, figures, figure, value, basis, facts, notes, words, scroll, folding, plots, plot
    case name, amount, tick, bar, range, point, grid, mark, nested, inner
}

/// The one stylesheet of all pages: for screens, telephones and print, light and dark.
public enum Stylesheet {
    /// The rules.
    public static let css = """
        :root{color-scheme:light dark;\(Colours.light.css)}
        @media (prefers-color-scheme:dark){:root{\(Colours.dark.css)}}
        *{box-sizing:border-box}
        body{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;color:var(--ink);background:var(--paper);max-width:80rem;margin:0 auto;padding:1.5rem}
        h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .25rem}
        h1,h2,h3,p,li,dd,td{overflow-wrap:anywhere}th{overflow-wrap:break-word}
        p{max-width:45rem;margin:.5rem 0}.lead{font-size:1.1rem;max-width:50rem}.notes{color:var(--soft);font-size:.875rem}
        .nested{margin-left:1.25rem}.inner{margin-left:2.5rem}ul{padding-left:1.25rem;max-width:60rem}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1.25rem 0}
        .figure{display:flex;flex-direction:column;background:var(--panel);border-radius:.4rem;padding:.75rem 1rem}
        .figure dt{color:var(--soft);font-size:.875rem}.figure dd{margin:0}
        .figure .value{overflow-wrap:normal}.value{font-size:1.5rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}.basis{color:var(--soft);font-size:.8125rem}
        .facts{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.25rem 1.5rem;margin:1rem 0;font-variant-numeric:tabular-nums}
        .facts dt{color:var(--soft)}.facts dd{margin:0}
        .scroll{overflow-x:auto;margin:1rem 0}
        table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
        th,td{padding:.3rem .75rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
        td{white-space:nowrap}td.words{white-space:normal}th{font-weight:600}thead th{color:var(--soft);vertical-align:bottom}.words{text-align:left}th[title]{cursor:help}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2.5rem;align-items:start}
        figure{margin:1rem 0}figcaption{font-weight:600;margin-bottom:.25rem}
        .plot{display:block;width:100%;overflow:visible;font-size:13px}
        .plot text{fill:var(--ink)}.plot .amount{text-anchor:end;font-variant-numeric:tabular-nums}.plot .tick{fill:var(--soft);font-size:12px}
        form{margin:1.5rem 0}label{display:block;margin:.75rem 0}select,button{font:inherit;color:var(--ink);background:var(--panel);border:1px solid var(--soft);border-radius:.4rem;padding:.6rem 1rem;min-height:2.75rem}
        select{display:block;width:100%;max-width:24rem;margin-top:.25rem}button{cursor:pointer;font-weight:600;margin:.5rem .5rem .5rem 0}a{color:inherit}
        .bar,.point{fill:var(--bar)}.range{stroke:var(--bar);stroke-width:3}.grid{stroke:var(--line)}.mark{stroke:var(--soft);stroke-dasharray:4 4}
        @media (max-width:44rem){
        body{padding:1rem}.figures{grid-template-columns:1fr 1fr}.value{font-size:1.2rem}.figure{padding:.5rem .75rem}
        .facts{display:block}.facts dd{margin-bottom:.5rem}.nested{margin-left:.75rem}.inner{margin-left:1.25rem}
        .folding,.folding tbody,.folding tr,.folding td,.folding th{display:block;text-align:left}
        .folding thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .folding tr{border-bottom:1px solid var(--line);padding:.5rem 0}.folding th,.folding td{border:0;padding:.1rem 0}.folding tbody th{font-size:1rem}
        .folding td{display:flex;justify-content:space-between;gap:1rem;white-space:normal;text-align:right}
        .folding td::before{content:attr(data-label);color:var(--soft);text-align:left;flex:none;max-width:60%}
        }
        @page{margin:12mm}
        @media print{:root{color-scheme:light;\(Colours.print.css)}
        body{font-size:10pt;max-width:none;padding:0}table{font-size:7pt}th,td{padding:.15rem .35rem}h2,h3{break-after:avoid}
        figure,tr,.figure{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}}

        """
}
