/**
 * Words that tell routine from complex, by what they tell. A word that several languages share stands once. `*` at the
 * end: any ending. Accents and capitals do not matter. Written for this project.
 */
import type { WordKind } from './signals.ts';

const code = [
  'function*, class, def, const, let, return, import, async, await, null, undefined, select, from, where, join, regex*',
  'python, javascript, typescript, java, rust, golang, sql, bash, docker*, kubernetes, git, npm, pip, react, django',
  'exception*, traceback, typeerror, nullpointer*, segfault, stack trace, compile*, unit test*, deadlock*, race condition*',
  'algorithm*, recursion, recursive, mutex, thread*, goroutine*, pointer*, struct, enum, lambda, callback*, closure*',
  'codebase, repository, pull request, commit, refactor*, middleware, backend, frontend, framework, compiler, parser',
];

const maths = [
  'prove, proof, theorem, lemma, integral*, derivative*, differentia*, equation*, probabilit*, matrix, matrices, vector*',
  'eigen*, polynomial*, converge*, limit of, expected value, variance, standard deviation, combinator*, permutation*',
  'modulo, prime number*, prime, logarithm*, sine, cosine, geometr*, triangle*, inequality, bayes*, quadratic, calculus',
  'solve for, per cent of, how many ways, at random, dice, coin, remainder, divisible, induction, irrational, factorial',
  'beweis*, gleichung*, wahrscheinlichkeit*, ableitung*, integrier*, demontre*, demuestr*, demostrar, ecuacion*, probabilidad*',
  'derivee*, integrale*, equazion*, dimostra*, probabilita*, demonstre, equac*, bewijs, kans op, докаж*, уравнени*, вероятност*, интеграл*',
  '证明, 方程, 概率, 积分, 导数, 矩阵, 定理, 数列, 証明, 方程式, 確率, 積分, 微分, 行列, 증명, 방정식, 확률, 적분',
];

const technical = [
  'api, apis, endpoint*, webhook*, oauth, token*, sso, saml, scim, dns, dkim, spf, tls, ssl, certificate*, firewall*, proxy, vpn',
  'database*, schema*, query, queries, index*, latency, throughput, cache*, cluster*, server*, production, staging, deploy*',
  'integration*, sync*, migrat*, timezone*, time zone*, utc, csv, json, xml, payload*, header*, cron, log, logs, logging',
  'concurren*, distributed, transaction*, replica*, idempoten*, rate limit*, timeout*, 429, 500, 502, 503, http, https, sdk',
  'architecture, microservice*, queue*, event, events, kafka, redis, postgres*, mysql, mongodb, aws, azure, gcp, terraform',
  'schnittstelle*, datenbank*, zertifikat*, base de donnees, base de datos, banca dati, banco de dados, сервер*, база данных, базы данных',
  '接口, 数据库, 服务器, 部署, 架构, 缓存, 同步, データベース, サーバー, 認証, 連携, 데이터베이스, 서버, 연동',
];

const reasoning = [
  'why, explain why, analyse, analyze, analysis, analyzing, compare, comparison, contrast, evaluat*, assess*, justif*, reason through',
  'derive, root cause*, trade off*, tradeoff*, pros and cons, implication*, consequence*, hypothes*, infer, deduce, interpret*',
  'step by step, think through, work out, figure out, diagnos*, debug*, investigat*, critique, argue, argument*, reconcil*',
  'optimal*, optimi*, prioriti*, strateg*, estimate, forecast*, what would happen, how would you, which of, best way, best approach',
  'warum, erklare warum, analysier*, vergleich*, bewerte*, abwag*, begrund*, ursache*, beurteil*, vor und nachteile, herausfinden',
  'pourquoi, analyse*, compare*, evalue*, justifie*, avantages et inconvenients, consequence, raisonnement, diagnosti*, demontrer',
  'por que, analiza*, compara*, evalua*, justifica*, ventajas y desventajas, razona*, diagnostic*, causa raiz, averigu*',
  'perche, analizza*, confronta*, valuta, giustifica*, pro e contro, vantaggi e svantaggi, ragiona*',
  'analise, compare, avalie, justifique, vantagens e desvantagens, raciocin*, waarom, vergelijk*, beoordeel*, onderbouw*, afweg*',
  'почему, проанализиру*, сравни*, оцени*, обоснуй*, объясни почему, причин*',
  '为什么, 为何, 分析, 比较, 对比, 评估, 权衡, 推导, 优缺点, 论证, 原因, 诊断, なぜ, 分析, 比較, 評価, 考察, 原因, 根拠, 検討, 왜, 분석, 비교, 평가, 원인, 장단점',
];

const task = [
  'design, implement*, build, develop, write a program, write a script, write code, write a function, migrate, architect',
  'essay, report, business plan, proposal*, roadmap, plan for, draft a contract, research, thesis, chapter, screenplay, story',
  'optimise, optimize, rewrite, restructure*, model, simulat*, specification*, test plan, playbook, post mortem, postmortem',
  'entwirf, entwerf*, entwickle*, implementier*, konzept*, schreibe ein programm, schreib ein skript, aufsatz, gutachten',
  'concois, concevez, concevoir, developpe*, redige un rapport, redigez, dissertation, elabore*, ecris un programme',
  'disena, disene, desarrolla*, implementa*, redacta un informe, ensayo, elabora*, escribe un programa, progetta*, sviluppa*, scrivi un programma, saggio',
  'projete, desenvolva*, escreva um programa, relatorio, ontwerp*, ontwikkel*, schrijf een programma, разработай*, спроектиру*, напиши программу, реализуй*',
  '设计, 实现, 编写, 撰写, 方案, 重构, 迁移, 論文, 设计一个, 設計, 実装, 作成して, 計画, 移行, 提案書, 설계, 구현, 작성해, 계획',
];

const conflict = [
  'however, although, even though, despite, but when, but then, contradict*, conflict*, inconsisten*, disput*, disagree*, instead of',
  'refus*, denied, den*, escalat*, complain*, legal*, lawyer*, attorney*, regulator*, gdpr, liab*, breach*, contract*, clause*',
  'already tried, already sent, tried everything, third time, second time, again and again, keeps, still not, still get*, nobody, no one',
  'supposed to, promised, was told, were told, told me, agent said, your colleague, exception*, compensat*, damages, discrepan*, mismatch*',
  'intermittent*, sometimes, random*, only when, only on, only for, ever since, since the update, after the update, worked before, double charge*, charged twice, wrongly',
  'unauthori*, fraud*, chargeback*, stolen, hacked, compromised, police, court, estate, deceased, died, death, divorce*, custody, injur*',
  'jedoch, obwohl, trotzdem, widerspr*, anwalt*, rechtlich*, beschwer*, schon mehrfach, immer wieder, immer noch, zugesagt, versprochen, abgelehnt, kulanz*, mahnung*, doppelt abgebucht, betrug*, verstorben*, frist*, vertrag*',
  'pourtant, cependant, bien que, malgre, contredi*, avocat*, juridique*, litige*, reclamation*, deja essaye, toujours pas, promis, refuse*, preleve deux fois, fraude*, decede*, contrat*, remboursement partiel',
  'sin embargo, aunque, a pesar de, contradic*, abogado*, reclamacion*, ya intente, ya he intentado, sigue sin, prometi*, rechaz*, cobrado dos veces, cobraron dos veces, fallecid*, contrato*',
  'tuttavia, sebbene, nonostante, contraddi*, avvocato, reclamo, ancora non, promesso, rifiutat*, addebitato due volte, deceduto, contratto',
  'no entanto, embora, apesar de, advogado, reclamacao, prometeram, recusa*, cobrado duas vezes, falecid*, echter, hoewel, ondanks, advocaat, klacht*, nog steeds, beloofd, geweigerd, dubbel afgeschreven, overleden',
  'однако, хотя, несмотря, юрист*, претензи*, жалоб*, обещал*, отказал*, дважды, противореч*, договор*, до сих пор',
  '但是, 然而, 虽然, 投诉, 律师, 合同, 重复扣款, 扣了两次, 仍然, 还是不, 之前答应, 拒绝, 矛盾, 赔偿, 欺诈',
  'しかし, にもかかわらず, 矛盾, 苦情, 弁護士, 契約, 二重請求, まだ解決, 約束, 拒否, 補償, 不正利用, 하지만, 그런데, 모순, 변호사, 계약, 이중 결제, 여전히, 약속, 거절, 보상',
];

const condition = [
  'must, should, unless, except, without, at least, at most, only if, assuming, given that, suppose, provided that, such that, so that',
  'if, whether, depending, depends, otherwise, both, neither, either, while, until, whereas, as well as, in addition, taking into account',
  'constraint*, requirement*, consider*, ensure, guarantee*, no more than, within, per, each, respectively, before and after',
  'muss, mussen, sollte*, ausser, ohne, mindestens, hochstens, nur wenn, falls, wenn, sowohl, sondern, angenommen, berucksichtig*, jeweils, bevor',
  'doit, doivent, sauf, sans, au moins, au plus, seulement si, si, supposons, en tenant compte, chaque, afin de, tandis que, alors que',
  'debe, deben, salvo, excepto, sin, al menos, como maximo, solo si, supongamos, teniendo en cuenta, cada, mientras, siempre que',
  'deve, devono, senza, almeno, tranne, a meno che, supponiamo, ciascun*, mentre, devem, sem, pelo menos, exceto, suponha, enquanto, moet, zonder, minstens, tenzij, stel dat, rekening houdend, terwijl',
  'должен, должн*, если, без, кроме, не менее, не более, при условии, каждый, учитыва*',
  '必须, 如果, 除非, 至少, 最多, 假设, 并且, 不超过, 考虑, 每个, 同时, 必ず, もし, 場合, 少なくとも, 以内, ただし, かつ, 条件, 해야, 만약, 경우, 최소, 단, 조건, 각각',
];

const routine = [
  'where is, where can i, when will, track*, opening hours, open on, phone number, email address, reset, password, log in, login, sign in, sign up',
  'change my, update my, cancel my, unsubscribe, invoice*, receipt*, shipping, delivery, deliver, return label, in stock, size, discount code, gift card*',
  'how do i, how can i, can i, do you, is there, thanks, thank you, hello, hi, hey, please send, resend, link, what time, store, coupon*, newsletter',
  'translate, spell, spelling, synonym*, capital of, what is the, who is, who was, when was, define, definition of, summarize, summarise, in one sentence, fix the grammar, correct the grammar, rephrase, list three, give me a',
  'convert, rename, uppercase, lowercase, format this, extract the, what does, mean, recipe for, joke, title for, subject line, short',
  'wo ist, wo finde, wann kommt, wann ist, offnungszeiten, passwort*, anmelden, kundigen, rechnung*, lieferung, versand*, rucksendeetikett, adresse andern, gutschein*, danke, hallo, ubersetze, wie kann ich, wie andere ich, kann ich, hauptstadt',
  'ou est, ou puis je, quand arrive, horaires, mot de passe, connexion, facture*, livraison, annuler, changer mon, modifier mon, comment puis je, merci, bonjour, traduis*, traduire, capitale, puis je, code promo',
  'donde esta, donde puedo, cuando llega, horario*, contrasena, iniciar sesion, factura*, envio, cancelar mi, cambiar mi, como puedo, gracias, hola, traduce, traducir, capital de, puedo, cupon',
  'dove e, dove posso, quando arriva, orari*, fattura*, spedizione, annullare, cambiare, come posso, grazie, ciao, buongiorno, traduci, capitale di',
  'onde esta, onde posso, quando chega, senha, fatura, entrega, como posso, obrigad*, ola, traduza, waar is, waar kan, wanneer komt, openingstijden, wachtwoord, factuur, bezorging, hoe kan ik, bedankt, hallo, vertaal, hoofdstad',
  'где мой, где найти, когда придет, пароль, войти, счет, доставк*, спасибо, здравствуйте, привет, переведи, столица, как изменить, как отменить',
  '在哪里, 什么时候到, 什么时候, 怎么修改, 如何修改, 密码, 发票, 快递, 物流, 退货, 谢谢, 你好, 请问, 翻译, 首都, 营业时间, 优惠券, 怎么取消',
  'どこ, いつ届, いつ, パスワード, 領収書, 配送, 返品, ありがとう, こんにちは, 教えてください, 翻訳, 首都, 営業時間, 解約方法, 변경하고, 어디, 언제, 비밀번호, 영수증, 배송, 감사합니다, 안녕하세요, 번역, 수도, 영업시간',
];

/** Words of sequence: each is a step. */
const steps =
  'first, firstly, second, secondly, third, then, next, afterwards, finally, after that, step, zuerst, dann, danach, anschliessend, schliesslich, abord, ensuite, puis, enfin, primero, luego, despues, finalmente, prima, poi, infine, primeiro, depois, eerst, daarna, vervolgens, сначала, затем, потом, 首先, 然后, 接着, 最后, まず, 次に, 最後に, 먼저, 다음, 마지막으로';

export const wordLists: Readonly<Record<WordKind | 'step', readonly string[]>> = {
  code: listed(code),
  maths: listed(maths),
  technical: listed(technical),
  reasoning: listed(reasoning),
  task: listed(task),
  conflict: listed(conflict),
  condition: listed(condition),
  routine: listed(routine),
  step: listed([steps]),
};

function listed(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(', '));
}
